// async_receive with every kind of completion token, alone and beside others.
#include <handoff/asio.hpp>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <poll.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <future>
#include <set>
#include <string>
#include <thread>

#include "asio/fixture.hpp"

namespace receive_test {

using namespace asio_test;
using handoff::Pending;
using handoff::Processed;
using handoff::Receiver;
using handoff::Request;
using handoff::Sender;

bool is_readable(int descriptor) {
    pollfd wanted{descriptor, POLLIN, 0};
    return ::poll(&wanted, 1, 0) == 1;
}

/// Runs a context in another thread until this is destroyed.
class Running {
public:
    explicit Running(net::io_context& io) : io_(io), work_(io.get_executor()) {}
    ~Running() {
        io_.stop();
        thread_.join();
    }

private:
    net::io_context& io_;
    net::executor_work_guard<net::io_context::executor_type> work_;
    std::thread thread_{[this] { io_.run(); }};
};

net::awaitable<void> serve(Receiver& receiver, int count) {
    const auto executor = co_await net::this_coro::executor;
    for (int served = 0; served < count; ++served) {
        result<Request> request = co_await ha::async_receive(executor, receiver, soon(), net::use_awaitable);
        const std::string answer = "re: " + text(request->payload());
        request->processed(bytes(answer)).value();
    }
}

net::awaitable<void> ask(Sender& sender, int count, int& answered) {
    const auto executor = co_await net::this_coro::executor;
    for (int asked = 0; asked < count; ++asked) {
        const std::string question = std::to_string(asked);
        auto loan = co_await ha::async_loan(executor, sender, soon(), net::use_awaitable);
        std::memcpy(loan->payload().data(), question.data(), question.size());
        loan->resize(question.size()).value();
        Pending pending = sender.request_async(std::move(*loan)).value();
        result<Processed> processed = co_await ha::async_wait(executor, pending, net::use_awaitable);
        if (text(processed->reply()) == "re: " + question) ++answered;
    }
}

}  // namespace receive_test

BOOST_FIXTURE_TEST_SUITE(receive_test, Pair)

BOOST_AUTO_TEST_CASE(a_request_that_comes_later_is_given_to_the_callback) {
    Outcome<Request> outcome;
    ha::async_receive(io, receiver, outcome.handler());
    run_until_all_wait(io);
    BOOST_TEST(!outcome.came());
    send(sender, "hello");
    BOOST_TEST(text(await(outcome)->payload()) == "hello");
    BOOST_TEST(outcome.calls == 1);
}

BOOST_AUTO_TEST_CASE(nothing_completes_inside_the_function_that_starts_it) {
    send(sender, "is there already");
    std::stop_source stopped;
    stopped.request_stop();
    Receiver moved = Channel::receiver(), other = std::move(moved);
    Outcome<Request> taken, refused, ended;
    ha::async_receive(io, receiver, taken.handler());
    ha::async_receive(io, moved, refused.handler());  // NOLINT: moved from, that is the point
    ha::async_receive(io, receiver, stopped.get_token(), ended.handler());
    BOOST_TEST((!taken.came() && !refused.came() && !ended.came()));
    io.run();
    BOOST_TEST((taken.came() && refused.came() && ended.came()));

    send(sender, "and from inside the context");
    Outcome<Request> inner;
    bool came_inside = true;
    net::post(io, [&] {
        ha::async_receive(io, receiver, inner.handler());
        came_inside = inner.came();
    });
    run_until(io, [&] { return inner.came(); });
    BOOST_TEST(!came_inside);
}

BOOST_AUTO_TEST_CASE(a_future_gets_the_request) {
    const Running running(io);
    std::future<result<Request>> future = ha::async_receive(io, receiver, soon(), net::use_future);
    send(sender, "hello");
    BOOST_TEST_REQUIRE((future.wait_for(long_timeout) == std::future_status::ready));
    BOOST_TEST(text(future.get().value().payload()) == "hello");
}

BOOST_AUTO_TEST_CASE(a_coroutine_serves_ten_requests_of_another_coroutine) {
    int answered = 0;
    net::co_spawn(io, serve(receiver, 10), net::detached);
    net::co_spawn(io, ask(sender, 10, answered), net::detached);
    run_until(io, [&] { return answered == 10; });
    check_all_free(sender);
}

BOOST_AUTO_TEST_CASE(a_pool_of_threads_is_as_good_as_a_context) {
    net::thread_pool pool(2);
    std::promise<std::string> got;
    ha::async_receive(pool, receiver, [&](result<Request> request) { got.set_value(text(request->payload())); });
    send(sender, "hello");
    auto future = got.get_future();
    BOOST_TEST_REQUIRE((future.wait_for(long_timeout) == std::future_status::ready));
    BOOST_TEST(future.get() == "hello");
    pool.join();
}

BOOST_AUTO_TEST_CASE(the_handler_runs_where_it_wants_to) {
    net::io_context other;
    Outcome<Request> outcome;
    ha::async_receive(io, receiver, net::bind_executor(other.get_executor(), outcome.handler()));
    BOOST_TEST(other.poll() == 0U);
    BOOST_TEST(!other.stopped());  // an operation is outstanding, whose handler is its work
    send(sender, "hello");
    io.run();  // until its part is done
    BOOST_TEST(!outcome.came());
    run_until_all_wait(other);
    BOOST_TEST(outcome.came());
}

BOOST_AUTO_TEST_CASE(several_operations_wait_for_one_receiver_and_each_request_goes_to_one) {
    Outcome<Request> outcomes[3];
    for (auto& outcome : outcomes) ha::async_receive(io, receiver, outcome.handler());
    run_until_all_wait(io);
    const auto come = [&] { return std::ranges::count_if(outcomes, [](const auto& one) { return one.came(); }); };
    for (int sent = 1; sent <= 3; ++sent) {
        send(sender, std::to_string(sent));
        run_until(io, [&] { return come() == sent; });
        run_until_all_wait(io);
        BOOST_TEST(come() == sent);
    }
    std::set<std::string> got;
    for (const auto& outcome : outcomes) got.insert(text((*outcome.value)->payload()));
    BOOST_TEST((got == std::set<std::string>{"1", "2", "3"}));
}

BOOST_AUTO_TEST_CASE(another_receiver_that_is_faster_leaves_the_operation_waiting) {
    Receiver faster = Channel::receiver();
    Outcome<Request> outcome;
    ha::async_receive(io, receiver, outcome.handler());
    run_until_all_wait(io);
    for (int round = 0; round < 3; ++round) {
        send(sender, "for the other");
        HANDOFF_REQUIRE_EVENTUALLY(is_readable(receiver.descriptor()));
        receive(faster).processed().value();
        run_until_all_wait(io);
        BOOST_TEST(!outcome.came());
    }
    HANDOFF_CHECK_EVENTUALLY(!is_readable(receiver.descriptor()));
    send(sender, "for us");
    BOOST_TEST(text(await(outcome)->payload()) == "for us");
}

BOOST_AUTO_TEST_CASE(the_descriptor_of_the_handle_stays_open) {
    const int descriptor = receiver.descriptor();
    for (int round = 0; round < 3; ++round) {
        Outcome<Request> outcome;
        ha::async_receive(io, receiver, outcome.handler());
        run_until_all_wait(io);
        send(sender, "hello");
        await(outcome)->processed().value();
        BOOST_TEST(receiver.descriptor() == descriptor);
        BOOST_TEST(!is_readable(descriptor));  // neither ready nor closed
    }
}

BOOST_AUTO_TEST_CASE(the_end_of_the_stream_is_told) {
    Outcome<Request> outcome;
    ha::async_receive(io, receiver, outcome.handler());
    run_until_all_wait(io);
    { Sender leaves = std::move(sender); }
    check_refused(await(outcome), Errc::end_of_stream);
}

BOOST_AUTO_TEST_CASE(many_threads_run_many_operations_and_nothing_is_lost_or_doubled) {
    constexpr int messages = 400;
    std::array<std::atomic<int>, messages> seen{};
    std::atomic<int> total = 0;
    net::thread_pool pool(4);
    std::function<void()> next = [&] {
        ha::async_receive(pool, receiver, soon(), [&](result<Request> request) {
            if (!request) return;  // the end of the stream, which one of them gets; or too late
            ++seen[static_cast<std::size_t>(std::stoi(text(request->payload())))];
            request->processed().value();
            if (++total < messages) next();
        });
    };
    for (int at_once = 0; at_once < 8; ++at_once) next();
    for (int number = 0; number < messages; ++number) send(sender, std::to_string(number));
    HANDOFF_CHECK_EVENTUALLY(total == messages);
    pool.stop();
    pool.join();
    BOOST_TEST(std::ranges::all_of(seen, [](const auto& count) { return count == 1; }));
}

BOOST_AUTO_TEST_SUITE_END()
