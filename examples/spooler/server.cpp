// The log server: appends what the clients send to a file, and confirms when it is safely there. It may be killed at
// any moment: the clients wait, and the next server goes on. docs/examples/spooler.md defines the guarantees.
#include "../program.hpp"
#include "log.hpp"

#include <handoff/channel.hpp>

#include <vector>

namespace {

/// What is there now, so that one fsync does for all of it. Waits for the first.
std::vector<handoff::Request> take_all(handoff::Receiver& receiver) {
    using handoff::Errc;
    std::vector<handoff::Request> requests;
    auto request = receiver.receive(example::stop_token());
    for (; request; request = receiver.try_receive()) requests.push_back(std::move(*request));
    const auto& reason = request.error();
    if (reason != Errc::stopped && reason != Errc::empty && reason != Errc::end_of_stream) throw handoff::Error(reason);
    return requests;
}

int serve(const std::string& name, const std::string& path) {
    spooler::Log log(path);
    handoff::Receiver receiver(name, spooler::channel_shape());
    std::cerr << "logging what comes on '" << name << "' to '" << path << "'\n";
    std::uint64_t written = 0, known = 0;
    while (!example::stop_requested()) {
        auto requests = take_all(receiver);
        for (auto& request : requests) {
            if (const auto line = spooler::line_in(request.payload()))
                ++(log.append(*line) ? written : known);
            else
                request.failed("this is not a line: a header and text without a newline was expected").value();
        }
        log.sync();
        for (auto& request : requests) (void)request.processed();  // invalid_handle: it has failed
    }
    std::cerr << written << " lines written, " << known << " delivered again and recognised\n";
    return example::ok;
}

}  // namespace

int main(int argc, char** argv) {
    std::string name, path;
    example::po::options_description options("Options");
    auto add = options.add_options();
    add("name", example::po::value(&name)->default_value("spooler"), "of the channel");
    add("log", example::po::value(&path)->default_value("spooler.log"), "file to append to");
    return example::run(argc, argv, "Appends the lines that spooler clients send to a file, each as 'pid: time text'.",
                        options, [&] { return serve(name, path); });
}
