// Receives messages through the classic handshake and answers each with its checksum. shared_data.hpp lists the limits;
// the first of them: kill -9 the sender, and this program hangs for ever.
#include "../process.hpp"
#include "message.hpp"
#include "segment.hpp"
#include "summary.hpp"

#include <boost/program_options.hpp>

#include <chrono>
#include <exception>
#include <iostream>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace {

constexpr int ok = 0, failed = 1, usage = 2, nobody_there = 4;

struct Options {
    std::string name;
    std::uint64_t count = 0;
    unsigned wait_seconds = 0;
    bool json = false;
    bool help = false;
};

boost::program_options::options_description description_of(Options& options) {
    namespace po = boost::program_options;
    po::options_description description("Options");
    auto add = description.add_options();
    add("name", po::value(&options.name)->default_value("classic_handshake"), "of the shared memory");
    add("count", po::value(&options.count)->default_value(1000), "messages to receive");
    add("wait", po::value(&options.wait_seconds)->default_value(10), "seconds to wait for the sender to start");
    add("json", po::bool_switch(&options.json), "print the summary as one JSON object");
    add("help", po::bool_switch(&options.help), "print this");
    return description;
}

// False: the sender closed before the last message had come.
bool receive_all(classic_handshake::SharedData& shared, const Options& options, classic_handshake::Summary& summary) {
    const auto answer = [&summary](std::span<const std::byte> data, std::uint64_t sequence) {
        const auto sum = classic_handshake::checksum(data);
        if (sum != classic_handshake::expected_checksum(data.size(), sequence)) summary.checksum_ok = false;
        ++summary.messages;
        summary.bytes += data.size();
        return sum;
    };
    while (summary.messages < options.count)
        if (!shared.receive(answer)) return false;
    return true;
}

int receive_from(classic_handshake::Segment segment, const Options& options) {
    classic_handshake::Summary summary;
    const bool complete = receive_all(*segment, options, summary);
    segment->close();
    summary.print("received", options.json);
    if (!complete)
        std::cerr << "the sender left after " << summary.messages << " of " << options.count
                  << " messages; give both programs the same --count\n";
    return complete && summary.checksum_ok ? ok : failed;
}

int run(const Options& options) {
    auto segment = classic_handshake::Segment::attach(options.name, std::chrono::seconds(options.wait_seconds));
    if (segment) return receive_from(*std::move(segment), options);
    std::cerr << "no sender created the shared memory '" << options.name << "' within " << options.wait_seconds
              << " s; start the sender, or wait longer with --wait\n";
    return nobody_there;
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
        std::cout << "Answers the messages of a classic handshake sender, started before or after this.\n"
                  << description << std::flush;
        return ok;
    } catch (const std::ios_base::failure&) {
        return example::output_failed();
    } catch (const std::exception& exception) {
        std::cerr << exception.what() << '\n';
        return failed;
    }
}
