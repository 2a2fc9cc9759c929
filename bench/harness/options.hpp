// What the programs of the benchmark share in their command lines.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace bench {

/// The command line is wrong; what() says how.
struct UsageError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// "a,b" -> a and b; empty parts are left out.
std::vector<std::string> split(const std::string& text);
/// - is stdout. Throws std::runtime_error.
void write_file(const std::string& path, const std::string& text);
/// Throws UsageError.
std::string content_of(const std::string& path);

}  // namespace bench
