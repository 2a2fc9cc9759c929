// Command lines of the programs and of each verb of the tool: they are taken apart, and nothing is run.
//
// The first byte of an input selects the program, lines are its arguments.
#include "cli/arguments.hpp"
#include "cli/units.hpp"
#include "receiver/options.hpp"
#include "sender/options.hpp"
#include "tool/metrics/server.hpp"
#include "tool/verb.hpp"

#include <boost/program_options/value_semantic.hpp>

#include <cmath>
#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

#include "fuzz/input.hpp"

namespace po = boost::program_options;
using namespace handoff;
using namespace handoff::test;
using namespace handoff::apps;

namespace {

/// What --help and --version print goes nowhere.
class Silence {
public:
    Silence() : before_(std::cout.rdbuf(nullptr)) {}
    Silence(const Silence&) = delete;
    ~Silence() { std::cout.rdbuf(before_); }

private:
    std::streambuf* before_;
};

/// As main() gets them: the name of the program, words that end with a NUL, and a nullptr.
class CommandLine {
public:
    explicit CommandLine(std::span<const std::uint8_t> text) {
        for (const std::uint8_t byte : text) {
            if (byte == '\n')
                words_.emplace_back();
            else if (byte != 0)
                words_.back() += static_cast<char>(byte);
        }
        for (const std::string& word : words_) pointers_.push_back(word.c_str());
        pointers_.push_back(nullptr);
    }
    CommandLine(const CommandLine&) = delete;
    int count() const { return static_cast<int>(words_.size()); }
    const char* const* pointers() const { return pointers_.data(); }
    const std::vector<std::string>& words() const { return words_; }

private:
    std::vector<std::string> words_{"program", ""};
    std::vector<const char*> pointers_;
};

/// Calls it, and accepts that it refuses.
template <class Call>
void try_to(Call call) {
    try {
        call();
    } catch (const UsageError& refusal) {
        require(refusal.what()[0] != '\0', "a refusal says why");
    }
}

void read_sender(const CommandLine& line) {
    const auto options = sender::read_options(line.count(), line.pointers());
    if (!options) return;
    require(!options->slots || (*options->slots >= 1 && *options->slots <= 65'535), "slots are in their limits");
    require(options->in_flight >= 1 && options->in_flight <= options->slots.value_or(8),
            "each request in flight has a slot");
    require(!options->history || (*options->history >= 1 && *options->history <= 16'384),
            "the history is in its limits");
    require(options->timeout.count() >= 0 && options->wait_receiver.count() >= 0, "no wait ends before it begins");
    require(!options->frames_per_second || std::isfinite(*options->frames_per_second), "a rate is finite");
    require(options->image_limit_bytes > 0 && options->payload_bytes != 0U, "a frame has bytes");
}

void read_receiver(const CommandLine& line) {
    const auto options = receiver::read_options(line.count(), line.pointers());
    if (!options) return;
    require(options->workers >= 1 && options->workers <= 256, "workers are in their limits");
    require(!options->idle_timeout || options->idle_timeout->count() >= 0, "no wait ends before it begins");
}

/// Every reading of a value that verbs know.
void read_value(const Arguments& arguments, const po::option_description& option) {
    const std::string& name = option.long_name();
    (void)arguments.given(name);
    if (option.semantic()->max_tokens() == 0) return void(arguments.flag(name));
    if (dynamic_cast<const po::typed_value<std::string>*>(option.semantic().get()) == nullptr) {
        for (const std::string& text : arguments.texts(name)) touch(text);
        return;
    }
    touch(arguments.text(name));
    try_to([&] { require(arguments.number(name, 3, 77) - 3 <= 74, "a number is in its limits"); });
    try_to([&] { require(std::isfinite(arguments.rate(name)), "a rate is finite"); });
    try_to([&] { (void)arguments.size(name); });
    try_to([&] { require(arguments.duration(name).count() >= 0, "a duration is not negative"); });
}

/// As the main function of the tool does.
void read_verb(const tool::Verb& verb, const CommandLine& line) {
    po::options_description all(tool::options_of(verb));
    all.add_options()("operand", po::value<std::vector<std::string>>(), "");
    const Arguments arguments(line.count(), line.pointers(), all,
                              po::positional_options_description().add("operand", -1), ShortForms::yes);
    for (const auto& option : all.options()) read_value(arguments, *option);
    if (arguments.flag("help")) touch(tool::help_of(verb));
}

void read_words(const CommandLine& line) {
    for (const std::string& word : line.words()) {
        if (const auto size = parse_size(word)) touch(format_bytes(*size));
        if (const auto duration = parse_duration(word)) {
            require(duration->count() >= 0, "a duration is not negative");
            touch(format_duration(*duration));
        }
        if (const auto size = parse_picture_size(word)) {
            require(size->width >= 1 && size->width <= 32'768, "the width is in its limits");
            require(size->height >= 1 && size->height <= 32'768, "the height is in its limits");
        }
        try_to([&] { touch(tool::parse_address(word).text()); });
        (void)tool::find_verb(word);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Silence silence;
    Input input(data, size);
    const auto whose = input.next<std::uint8_t>();
    const CommandLine line(input.rest());
    const auto verbs = tool::verbs();
    try_to([&] {
        switch (whose) {
            case 's':
                return read_sender(line);
            case 'r':
                return read_receiver(line);
            case 'w':
                return read_words(line);
            default:
                return read_verb(*verbs[whose % verbs.size()], line);
        }
    });
    return 0;
}
