// What every test of <handoff/asio.hpp> stands on: a channel, a topic, and a context that runs until a state is
// reached.
#pragma once

#include <handoff/asio.hpp>

#include <boost/asio/io_context.hpp>

#include <optional>

#include "conformance/topic_fixture.hpp"

namespace asio_test {

namespace net = boost::asio;
namespace ha = handoff::asio;
using namespace conformance;
using handoff::Deadline;
using handoff::Errc;
using handoff::result;

/// The result of an operation, or nothing yet; its handler is a callback.
template <class T>
struct Outcome {
    std::optional<result<T>> value;
    int calls = 0;

    auto handler() {
        return [this](result<T> outcome) {
            ++calls;
            value.emplace(std::move(outcome));
        };
    }
    bool came() const { return value.has_value(); }
};

/// Runs the context until the predicate holds.
template <class Predicate>
void run_until(net::io_context& io, Predicate predicate) {
    const auto until = std::chrono::steady_clock::now() + long_timeout;
    while (!predicate()) {
        BOOST_TEST_REQUIRE((std::chrono::steady_clock::now() < until), "the context ran, and nothing came of it");
        io.restart();
        io.run_one_for(50ms);
    }
}

/// Runs the context until this has come.
template <class T>
result<T>& await(net::io_context& io, Outcome<T>& outcome) {
    run_until(io, [&] { return outcome.came(); });
    BOOST_TEST(outcome.calls == 1);
    return *outcome.value;
}

/// Runs the context until all operations on it sleep: nothing is left that could be run at once.
inline void run_until_all_wait(net::io_context& io) {
    do io.restart();
    while (io.poll() > 0);
}

/// A channel with one handle of each kind, and a context. What a test did not answer is answered at its end: a request
/// that was given back would keep the segment.
struct Pair : Channel {
    handoff::Sender sender = Channel::sender();
    handoff::Receiver receiver = Channel::receiver();
    net::io_context io;

    ~Pair() {
        if (name.left_behind().empty()) return;
        handoff::Receiver last = Channel::receiver();
        while (auto request = last.try_receive()) (void)request->processed();
    }
    template <class T>
    result<T>& await(Outcome<T>& outcome) {
        return asio_test::await(io, outcome);
    }
};

}  // namespace asio_test
