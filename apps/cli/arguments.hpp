// The command line, taken apart by Boost.Program_options; every value is checked here and refused with a sentence.
#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/positional_options.hpp>
#include <boost/program_options/variables_map.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace handoff::apps {

/// The command line is invalid: reported with a message, exit code 2.
class UsageError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Whether options may have a short form, as in -o FILE. Then a value that begins with '-' is taken for an option.
/// Without them -h is --help all the same, and every other letter is refused.
enum class ShortForms : bool { no, yes };

class Arguments {
public:
    /// Throws UsageError for unknown options, missing values and words that belong to no option.
    Arguments(int argc, const char* const* argv, const boost::program_options::options_description& options,
              const boost::program_options::positional_options_description& positional = {},
              ShortForms short_forms = ShortForms::no);

    /// True if the option stands on the command line (a default does not count).
    bool given(const std::string& option) const;
    /// The value of a switch.
    bool flag(const std::string& option) const;
    std::string text(const std::string& option) const;
    std::vector<std::string> texts(const std::string& option) const;

    // Each throws UsageError naming the option, its value and what would be right.
    std::uint64_t number(const std::string& option, std::uint64_t lowest, std::uint64_t highest) const;
    double rate(const std::string& option) const;
    std::uint64_t size(const std::string& option) const;
    std::chrono::nanoseconds duration(const std::string& option) const;
    /// The index of one of these words.
    std::size_t choice(const std::string& option, std::initializer_list<std::string_view> words) const;

private:
    boost::program_options::variables_map values_;
};

/// An option that takes a value, shown in --help as `--name VALUE_NAME`.
boost::program_options::typed_value<std::string>* value(const char* value_name);
boost::program_options::typed_value<std::string>* value(const char* value_name, const char* standard);

}  // namespace handoff::apps
