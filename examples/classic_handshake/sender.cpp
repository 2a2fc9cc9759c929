// Sends messages through the classic handshake, one after the other, and checks the answers. shared_data.hpp lists the
// limits; the first of them: kill -9 the receiver, and this program hangs for ever.
#include "../process.hpp"
#include "message.hpp"
#include "segment.hpp"
#include "summary.hpp"

#include <boost/program_options.hpp>

#include <exception>
#include <iostream>
#include <string>

namespace {

constexpr int ok = 0, failed = 1, usage = 2;

struct Options {
    std::string name;
    std::uint64_t count = 0;
    std::size_t bytes = 0;
    bool json = false;
    bool help = false;
};

boost::program_options::options_description description_of(Options& options) {
    namespace po = boost::program_options;
    po::options_description description("Options");
    auto add = description.add_options();
    add("name", po::value(&options.name)->default_value("classic_handshake"), "of the shared memory");
    add("count", po::value(&options.count)->default_value(1000), "messages to send");
    add("bytes", po::value(&options.bytes)->default_value(1024), "size of each message");
    add("json", po::bool_switch(&options.json), "print the summary as one JSON object");
    add("help", po::bool_switch(&options.help), "print this");
    return description;
}

// False: the receiver closed before the last message was answered.
bool send_all(classic_handshake::SharedData& shared, const Options& options, classic_handshake::Summary& summary) {
    while (summary.messages < options.count) {
        const auto reply = shared.request(options.bytes, classic_handshake::fill);
        if (!reply) return false;
        const auto sequence = summary.messages + 1;
        if (*reply != classic_handshake::expected_checksum(options.bytes, sequence)) summary.checksum_ok = false;
        ++summary.messages;
        summary.bytes += options.bytes;
    }
    return true;
}

int run(const Options& options) {
    auto segment = classic_handshake::Segment::create(options.name, options.bytes);
    classic_handshake::Summary summary;
    const bool complete = send_all(*segment, options, summary);
    segment->close();
    summary.print("sent", options.json);
    if (!complete)
        std::cerr << "the receiver left after " << summary.messages << " of " << options.count
                  << " messages; give both programs the same --count\n";
    return complete && summary.checksum_ok ? ok : failed;
}

}  // namespace

int main(int argc, char** argv) {
    example::prepare_process();
    Options options;
    const auto description = description_of(options);
    try {
        boost::program_options::variables_map variables;
        boost::program_options::store(boost::program_options::parse_command_line(argc, argv, description), variables);
        boost::program_options::notify(variables);
    } catch (const boost::program_options::error& error) {
        std::cerr << error.what() << "; --help shows the options\n";
        return usage;
    }
    try {
        if (!options.help) return run(options);
        std::cout << "Sends messages to a classic handshake receiver, started before or after this.\n"
                  << description << std::flush;
        return ok;
    } catch (const std::ios_base::failure&) {
        return example::output_failed();
    } catch (const std::exception& exception) {
        std::cerr << exception.what() << '\n';
        return failed;
    }
}
