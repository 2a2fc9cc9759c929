#include "sender/decoder_log.hpp"

#include <cstdio>
#include <mutex>
#include <utility>

namespace handoff::apps::sender::decoder_log {

namespace {

constexpr std::size_t longest_line = 300;

std::mutex mutex;  // of what follows
Warnings warnings;
std::string line;

/// libpng's warnings are about profiles and texts; where pixels are wrong, it reports an error and decodes nothing.
bool is_about_pixels(const std::string& text) {
    return !text.empty() && text.rfind("libpng warning", 0) != 0;
}

void count(const std::string& text) {
    if (is_about_pixels(text) && warnings.count++ == 0) warnings.first = text;
}

void end_line() {
    count(line);
    line.clear();
}

void add(const char* text, std::size_t length) {
    const std::lock_guard lock(mutex);
    for (std::size_t at = 0; at < length; ++at) {
        if (text[at] == '\n')
            end_line();
        else if (line.size() < longest_line)
            line += text[at];
    }
}

}  // namespace

bool keep() {
#ifdef __GLIBC__  // where stderr is a variable. The stream is never closed: a decoder's thread may be writing to it
    static const bool kept = [] {
        cookie_io_functions_t functions{};
        functions.write = [](void*, const char* text, std::size_t length) {
            add(text, length);
            return static_cast<ssize_t>(length);
        };
        std::FILE* const stream = fopencookie(nullptr, "w", functions);
        if (stream == nullptr) return false;
        std::setvbuf(stream, nullptr, _IONBF, 0);
        stderr = stream;
        return true;
    }();
    return kept;
#else
    return false;
#endif
}

void note(const std::string& text) {
    const std::lock_guard lock(mutex);
    count(text);
}

Warnings take() {
    const std::lock_guard lock(mutex);
    return std::exchange(warnings, {});
}

}  // namespace handoff::apps::sender::decoder_log
