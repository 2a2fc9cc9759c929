// Arbitrary bytes are sent to the server of `handoff metrics`, which answers them or closes, and goes on.
//
// The first byte of an input is the number of following bytes that are sent first, in a separate piece.
#include "tool/metrics/server.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <future>
#include <string>
#include <string_view>
#include <thread>

#include "fuzz/input.hpp"
#include "tool/socket.hpp"

using namespace handoff;
using namespace handoff::test;
using namespace std::chrono_literals;

namespace {

/// Less than an input may have, so that requests are too large, too; and more time than the client has, so that a
/// session that only ends because it was too slow is noticed.
const apps::tool::ServerLimits limits{.request_bytes = 512, .timeout = 10min};
const std::function<std::string()> page = [] { return std::string("handoff_up 1\n"); };

/// Serves in a thread that ends with the process, and returns the port.
std::uint16_t start_server() {
    std::promise<std::uint16_t> port;
    std::future<std::uint16_t> told = port.get_future();
    std::thread([port = std::move(port)]() mutable {
        apps::tool::serve({"127.0.0.1", 0, true}, limits, page,
                          [&](const apps::tool::ServerAddress& address) { port.set_value(address.port); });
    }).detach();
    return told.get();
}

bool is_an_answer(std::string_view text) {
    constexpr std::array<std::string_view, 6> statuses{"200", "400", "404", "405", "413", "431"};
    constexpr std::string_view version = "HTTP/1.1 ";
    return text.starts_with(version) && std::ranges::find(statuses, text.substr(version.size(), 3)) != statuses.end() &&
           text.find("\r\n\r\n") != std::string_view::npos;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::uint16_t port = start_server();
    Input input(data, size);
    const auto first_bytes = input.next<std::uint8_t>();
    const auto bytes = input.rest();
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const auto piece = std::min<std::size_t>(first_bytes, text.size());

    tool_test::Connection connection(port);
    connection.send(text.substr(0, piece));
    connection.send(text.substr(piece));
    connection.finish();
    const std::string answer = connection.receive_all();
    require(answer.empty() || is_an_answer(answer), "what comes is an answer");
    return 0;
}
