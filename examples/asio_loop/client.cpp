// Asks the Asio server for sums, one after the other, and checks them.
#include "../program.hpp"
#include "sum.hpp"

#include <handoff/channel.hpp>

#include <cstring>
#include <span>

namespace {

asio_loop::Sum sum_of(handoff::Sender& sender, const asio_loop::Numbers& numbers, std::chrono::seconds timeout) {
    const auto processed = sender.request(std::as_bytes(std::span(&numbers, 1)), example::stoppable_wait(timeout));
    asio_loop::Sum sum = 0;
    if (processed->reply().size() != sizeof sum) throw std::runtime_error("the server's answer is not a sum");
    std::memcpy(&sum, processed->reply().data(), sizeof sum);
    return sum;
}

int ask(const std::string& name, std::int64_t count, std::chrono::seconds timeout) {
    handoff::Sender sender(name, asio_loop::channel_shape());
    std::int64_t answered = 0;
    for (; answered < count && !example::stop_requested(); ++answered)
        if (sum_of(sender, {answered, 2 * answered}, timeout) != 3 * answered)
            throw std::runtime_error("the server cannot add");
    std::cout << answered << " answers, all right" << std::endl;
    return example::ok;
}

}  // namespace

int main(int argc, char** argv) {
    std::string name;
    std::int64_t count = 0, wait_s = 0;
    example::po::options_description options("Options");
    auto add = options.add_options();
    add("name", example::po::value(&name)->default_value("asio_loop"), "of the channel");
    add("count", example::number(count, 0, INT64_MAX, 1000), "sums to ask for");
    add("wait", example::number(wait_s, 0, 1'000'000, 10), "seconds to wait for the server");
    return example::run(argc, argv, "Asks asio_loop_server for sums.", options,
                        [&] { return ask(name, count, std::chrono::seconds(wait_s)); });
}
