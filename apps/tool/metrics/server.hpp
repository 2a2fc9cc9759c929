// An HTTP/1.1 server for one page, in one thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace handoff::apps::tool {

struct ServerAddress {
    std::string host;  ///< numeric
    std::uint16_t port;
    bool is_loopback;
    /// "127.0.0.1:9464", "[::1]:9464"
    std::string text() const;
};
/// "HOST:PORT", "[::1]:PORT", or "PORT" on the loopback. Errors: UsageError.
ServerAddress parse_address(const std::string& text);

/// What one connection may cost.
struct ServerLimits {
    std::size_t request_bytes = 8192;                            ///< header and body, each
    std::chrono::nanoseconds timeout = std::chrono::seconds(5);  ///< for a request, and for taking the answer
    std::size_t connections = 64;  ///< beyond: the one that has waited longest for a request is closed
};

/// Answers GET /metrics with what `page` returns, until stop_requested(). Calls `listening` with the address, which for
/// port 0 is a port that was free. Throws Error(system) if it cannot listen there.
void serve(const ServerAddress& address, const ServerLimits& limits, const std::function<std::string()>& page,
           const std::function<void(const ServerAddress&)>& listening);

}  // namespace handoff::apps::tool
