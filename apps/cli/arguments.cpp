#include "cli/arguments.hpp"

#include "cli/units.hpp"

#include <boost/program_options/errors.hpp>
#include <boost/program_options/parsers.hpp>

#include <cctype>
#include <charconv>
#include <cmath>
#include <utility>

namespace po = boost::program_options;

namespace handoff::apps {

namespace {

/// po's words, without the prefix guessing that would make tomorrow's option break today's script.
constexpr int style(ShortForms short_forms) {
    constexpr int both = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    return short_forms == ShortForms::yes ? both : both & ~po::command_line_style::allow_short;
}

/// Without short forms: -h is help, another letter is none of ours, and no name of a file either (./-x is one).
std::pair<std::string, std::string> only_help(const std::string& word) {
    if (word == "-h") return {"help", ""};
    if (word.size() == 2 && word[0] == '-' && std::isalpha(static_cast<unsigned char>(word[1])) != 0)
        throw UsageError("unrecognised option '" + word + "'");
    return {};
}

[[noreturn]] void refuse(const std::string& option, const std::string& why) {
    throw UsageError("--" + option + ": " + why);
}

template <class T>
T checked(const std::string& option, result<T> parsed) {
    if (!parsed) refuse(option, parsed.error().message());
    return *parsed;
}

}  // namespace

Arguments::Arguments(int argc, const char* const* argv, const po::options_description& options,
                     const po::positional_options_description& positional, ShortForms short_forms) {
    try {
        po::command_line_parser parser(argc, argv);
        if (short_forms == ShortForms::no) parser.extra_parser(only_help);
        po::store(parser.options(options).positional(positional).style(style(short_forms)).run(), values_);
        po::notify(values_);
    } catch (const po::too_many_positional_options_error&) {
        throw UsageError("a word on the command line belongs to no option");
    } catch (const po::error& error) {
        throw UsageError(error.what());
    }
}

bool Arguments::given(const std::string& option) const {
    return values_.count(option) != 0 && !values_[option].defaulted();
}

bool Arguments::flag(const std::string& option) const {
    return values_[option].as<bool>();
}

std::string Arguments::text(const std::string& option) const {
    return values_.count(option) != 0 ? values_[option].as<std::string>() : std::string();
}

std::vector<std::string> Arguments::texts(const std::string& option) const {
    return values_.count(option) != 0 ? values_[option].as<std::vector<std::string>>() : std::vector<std::string>();
}

std::uint64_t Arguments::number(const std::string& option, std::uint64_t lowest, std::uint64_t highest) const {
    const std::string digits = text(option);
    std::uint64_t number = 0;
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, number);
    if (error != std::errc{} || stop != end || number < lowest || number > highest)
        refuse(option, "'" + digits + "' is not a whole number from " + std::to_string(lowest) + " to " +
                           std::to_string(highest));
    return number;
}

std::size_t Arguments::choice(const std::string& option, std::initializer_list<std::string_view> words) const {
    const std::string given = text(option);
    std::string list;
    std::size_t index = 0;
    for (const std::string_view word : words) {
        if (word == given) return index;
        list.append(list.empty() ? "" : ", ").append(word);
        ++index;
    }
    refuse(option, "'" + given + "' is none of " + list);
}

double Arguments::rate(const std::string& option) const {
    const std::string digits = text(option);
    double rate = 0;
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, rate);
    if (error != std::errc{} || stop != end || !std::isfinite(rate) || rate < 0.001 || rate > 1e6)
        refuse(option, "'" + digits + "' is not a rate: write frames per second, from 0.001 to 1000000");
    return rate;
}

std::uint64_t Arguments::size(const std::string& option) const {
    return checked(option, parse_size(text(option)));
}

std::chrono::nanoseconds Arguments::duration(const std::string& option) const {
    return checked(option, parse_duration(text(option)));
}

po::typed_value<std::string>* value(const char* value_name) {
    return po::value<std::string>()->value_name(value_name);
}

po::typed_value<std::string>* value(const char* value_name, const char* standard) {
    return value(value_name)->default_value(standard);
}

}  // namespace handoff::apps
