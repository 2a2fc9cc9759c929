// The last line of both programs.
#pragma once

#include <chrono>
#include <cstdint>
#include <iostream>

namespace classic_handshake {

struct Summary {
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;
    bool checksum_ok = true;
    std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();

    /// On stdout: words, or one JSON object.
    void print(const char* done, bool as_json) const {
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
        if (as_json)
            std::cout << R"({"messages": )" << messages << R"(, "bytes": )" << bytes << R"(, "seconds": )"
                      << seconds.count() << R"(, "checksum_ok": )" << (checksum_ok ? "true" : "false") << "}\n";
        else
            std::cout << done << ' ' << messages << " messages, " << bytes << " bytes in " << seconds.count()
                      << " s, checksums " << (checksum_ok ? "right" : "WRONG") << '\n';
        std::cout.flush();
    }
};

}  // namespace classic_handshake
