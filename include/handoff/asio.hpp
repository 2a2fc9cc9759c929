// handoff: waits as asynchronous operations of Boost.Asio. Header only; the one header that needs Boost.Asio (1.74).
//
//   boost::asio::awaitable<void> serve(handoff::Receiver& receiver) {
//       const auto executor = co_await boost::asio::this_coro::executor;
//       while (auto request = co_await handoff::asio::async_receive(executor, receiver, boost::asio::use_awaitable))
//           request->processed(answer_to(request->payload())).value();
//   }
//
//   handoff::asio::async_next(io, subscriber, {1s, token}, [](handoff::result<handoff::Message> message) { ... });
//   std::future<handoff::result<handoff::Loan>> loan = handoff::asio::async_loan(io, sender, boost::asio::use_future);
//
// Arguments of all functions: an executor, or an execution context or I/O object that has one; the handle; a Wait, as
//   for the handle's own call (without it, only what is waited for ends the operation); a completion token of any kind
//   for the signature void(result<T>).
// Completion: exactly once, never inside the function that starts the operation, through the executor associated with
//   the handler, otherwise the given one. Starting throws nothing, and no error_code or exception is passed on: what
//   the handle's own call returns or throws (handoff::Error) is in the result. A handle that was moved from gives
//   invalid_handle.
// Wait: the deadline ends an operation with timed_out, the stop token with stopped, with the messages of the handle's
//   own call. Neither loses anything: what was taken is delivered. An operation that begins after the stop was
//   requested takes nothing. request_stop() may be called by any thread at any time, also while the context is being
//   destroyed. From Boost 1.77 an operation also ends with stopped through the handler's cancellation slot, with every
//   type of cancellation.
// Lifetime: the handle must outlive its operations and stay where it is: do not move from it or destroy it until they
//   have completed or their context is destroyed. A context may be destroyed while operations are outstanding: their
//   handlers are destroyed without being called. What an operation has taken but not delivered by then is destroyed
//   like any result: a request is given back, a message counts as read.
// Thread safety: as that of the handle. Any number of operations may wait for one Receiver, Sender, Subscriber or
//   Latest at once, on one context or several, each run by any number of threads, in no defined order. For one Pending
//   only one operation at a time.
// Cost: an operation that finds something is one turn of the loop. To wait it takes a copy of the handle's
//   descriptor(), which one thread of the process makes readable: two wake-ups, where a thread that waits in receive()
//   has one. A stop token costs one more descriptor.
// Fork: operations do not survive it: do not run the context in the child.
#pragma once

#include <handoff/channel.hpp>
#include <handoff/latest.hpp>
#include <handoff/topic.hpp>
#include <handoff/typed.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/version.hpp>
#if BOOST_ASIO_VERSION >= 101900
#include <boost/asio/associated_cancellation_slot.hpp>
#endif

#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>

namespace handoff::asio {

namespace detail {

namespace net = boost::asio;

template <class Where>
net::any_io_executor executor_of(Where& where) {
    if constexpr (requires { where.get_executor(); }) {
        return where.get_executor();
    } else {
        return where;
    }
}

/// Hands `descriptor`, which this process owns, over to Asio. Throws Error(system).
inline void give(int descriptor, net::posix::stream_descriptor& to) {
    if (descriptor < 0)
        throw Error(Errc::system, "no descriptor to wait with: " + std::generic_category().message(errno));
    boost::system::error_code error;
    to.assign(descriptor, error);
    if (!error) return;
    ::close(descriptor);
    throw Error(Errc::system, "Asio cannot wait for a descriptor: " + error.message());
}

/// The callback of the stop token, in any thread. Does not use Asio, so that the context may be destroyed meanwhile.
struct MakeReadable {
    int event;
    void operator()() const noexcept { ::eventfd_write(event, 1); }
};

/// One wait on a handle. `Ask` is the handle's call; `Holder` is a Handle* or, for a handle owned by the operation, a
/// std::optional<Handle>. Every member but begin() runs on the strand. Readiness, deadline and stop compete: the first
/// one completes the operation and takes the handler, the others find none.
/// Kept alive by the handlers of its waits. Members are destroyed from the last to the first: the stop callback before
/// the event that it writes to.
template <class Ask, class Holder, class Handler>
class Operation : public std::enable_shared_from_this<Operation<Ask, Holder, Handler>> {
public:
    using Outcome = decltype(Ask::wait(*std::declval<Holder&>(), Wait()));

    Operation(const net::any_io_executor& executor, Holder handle, Wait wait, Handler handler)
        : handle_(std::move(handle)),
          wait_(std::move(wait)),
          executor_(executor),
          work_(net::get_associated_executor(handler, executor)),
          handler_(std::move(handler)) {}

    void begin() {
        allow_cancellation();
        net::post(strand_, [self = this->shared_from_this()] { self->look(); });
    }

private:
    void look() {
        if (!handler_) return;  // cancelled before
        if (wait_.stop_requested()) return give_up();
        if (Ask::is_worth_a_try(*handle_) && take()) return;
        if (wait_.deadline().at_ns() <= std::chrono::nanoseconds(Clock::now().time_since_epoch()).count())
            return give_up();
        try {
            give(::fcntl(Ask::descriptor(*handle_), F_DUPFD_CLOEXEC, 0), ready_);  // epoll takes a descriptor only once
            if (wait_.stop().stop_possible()) listen_for_stop();
        } catch (const Error& error) {
            return complete(error.failure());
        }
        if (!wait_.deadline().is_never()) start_timer();
        listen();
    }

    void listen() {
        ready_.async_wait(ready_.wait_read, on_strand([](Operation& self, const boost::system::error_code& error) {
                              if (error)
                                  return self.complete(Failure(Errc::system, "Asio cannot wait: " + error.message()));
                              if (self.wait_.stop_requested()) return self.give_up();
                              if (!self.take()) self.listen();  // another one was faster
                          }));
    }

    void listen_for_stop() {
        const int event = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        give(event, stopped_);
        on_stop_.emplace(wait_.stop(), MakeReadable{event});
        stopped_.async_wait(stopped_.wait_read, on_strand([](Operation& self, const auto&) { self.give_up(); }));
    }

    void start_timer() {
        timer_.expires_at(Clock::time_point(std::chrono::nanoseconds(wait_.deadline().at_ns())));
        timer_.async_wait(on_strand([](Operation& self, const auto&) { self.give_up(); }));
    }

    /// `function`, called on the strand unless the operation has completed by then.
    template <class Function>
    auto on_strand(Function function) {
        return net::bind_executor(strand_,
                                  [self = this->shared_from_this(), function](const boost::system::error_code& error) {
                                      if (self->handler_) function(*self, error);
                                  });
    }

    /// Completes with the result if there is one. False if there is nothing.
    bool take() {
        Outcome outcome = Ask::take(*handle_);
        if (!outcome && outcome.error() == Ask::nothing) return false;
        complete(std::move(outcome));
        return true;
    }

    /// Completes with what the handle's own call returns at the end of such a wait: stopped, timed_out or, after all,
    /// what was waited for.
    void give_up() { complete(Ask::wait(*handle_, Wait(Deadline::now(), wait_.stop()))); }

    void complete(Outcome outcome) {
        Handler handler = std::move(*handler_);
        handler_.reset();
        on_stop_.reset();  // waits for a running callback: no thread writes to the event any more
        boost::system::error_code ignored;
        ready_.close(ignored);
        stopped_.close(ignored);
        timer_.cancel();
        handle_ = {};
        const auto executor = net::get_associated_executor(handler, executor_);
        net::dispatch(executor, [handler = std::move(handler), outcome = std::move(outcome)]() mutable {
            std::move(handler)(std::move(outcome));
        });
        work_.reset();
    }

    void allow_cancellation() {
#if BOOST_ASIO_VERSION >= 101900
        auto slot = net::get_associated_cancellation_slot(*handler_);
        if (!slot.is_connected()) return;
        slot.assign([weak = this->weak_from_this()](net::cancellation_type) {
            const auto self = weak.lock();
            if (!self) return;
            net::post(self->strand_, [self] {
                if (self->handler_)
                    self->complete(Failure(Errc::stopped, "the operation was cancelled: nothing was taken"));
            });
        });
#endif
    }

    using Clock = std::chrono::steady_clock;

    Holder handle_;
    const Wait wait_;
    const net::any_io_executor executor_;
    net::executor_work_guard<net::associated_executor_t<Handler, net::any_io_executor>> work_;
    std::optional<Handler> handler_;  ///< none: completed
    net::strand<net::any_io_executor> strand_{executor_};
    net::posix::stream_descriptor ready_{executor_};    ///< a copy of the handle's descriptor
    net::posix::stream_descriptor stopped_{executor_};  ///< this operation's own event
    net::steady_timer timer_{executor_};
    std::optional<std::stop_callback<MakeReadable>> on_stop_;
};

template <class Ask, class Where, class Holder, class Token>
auto start(Where& where, Holder handle, Wait wait, Token& token) {
    using Outcome = decltype(Ask::wait(*handle, wait));
    return net::async_initiate<Token, void(Outcome)>(
        [executor = executor_of(where), handle = std::move(handle), wait = std::move(wait)](auto&& handler) mutable {
            using Handler = std::decay_t<decltype(handler)>;
            std::make_shared<Operation<Ask, Holder, Handler>>(executor, std::move(handle), std::move(wait),
                                                              std::forward<decltype(handler)>(handler))
                ->begin();
        },
        token);
}

// ---- the calls: the one that tries, its error when there is nothing, and the one that waits ------------------------

struct Question {
    static bool is_worth_a_try(const auto&) noexcept { return true; }
    static int descriptor(const auto& handle) { return handle.descriptor(); }
};
struct ForRequest : Question {
    static constexpr Errc nothing = Errc::empty;
    static auto take(auto& handle) { return handle.try_receive(); }
    static auto wait(auto& handle, const Wait& wait) { return handle.receive(wait); }
};
struct ForNext : Question {
    static constexpr Errc nothing = Errc::empty;
    static auto take(auto& handle) { return handle.try_next(); }
    static auto wait(auto& handle, const Wait& wait) { return handle.next(wait); }
};
struct ForNewest : Question {
    static constexpr Errc nothing = Errc::empty;
    static auto take(auto& handle) { return handle.try_newest(); }
    static auto wait(auto& handle, const Wait& wait) { return handle.newest(wait); }
};
struct ForLoan : Question {
    static constexpr Errc nothing = Errc::full;
    static auto take(auto& handle) { return handle.try_loan(); }
    static auto wait(auto& handle, const Wait& wait) { return handle.loan(wait); }
};
struct ForAnswer : Question {
    static constexpr Errc nothing = Errc::timed_out;
    static bool is_worth_a_try(const auto& handle) noexcept { return handle.was_answered(); }
    static auto take(auto& handle) { return handle.wait(Deadline::now()); }
    static auto wait(auto& handle, const Wait& wait) { return handle.wait(wait); }
};
struct ForNewer : Question {
    static constexpr Errc nothing = Errc::timed_out;
    static bool is_worth_a_try(auto& handle) noexcept { return handle.untyped().has_newer(); }
    static int descriptor(auto& handle) { return handle.untyped().descriptor(); }
    static auto take(auto& handle) { return handle.wait_newer(Deadline::now()); }
    static auto wait(auto& handle, const Wait& wait) { return handle.wait_newer(wait); }
};

/// Receiver or TypedReceiver, and so on.
template <class Handle>
concept Receives = requires(Handle& handle) {
    handle.try_receive();
};
template <class Handle>
concept Subscribes = requires(Handle& handle) {
    handle.try_next();
};
template <class Handle>
concept Loans = requires(Handle& handle, Wait wait) {
    handle.try_loan(), handle.loan(wait);
};
template <class Handle>
concept Pends = requires(const Handle& handle) {
    handle.was_answered();
};

}  // namespace detail

/// As Receiver::receive, or TypedReceiver::receive: a result<Request>, or result<TypedRequest<T, Reply>>.
template <class Where, detail::Receives Receiver, class Token>
auto async_receive(Where&& where, Receiver& receiver, Wait wait, Token&& token) {
    return detail::start<detail::ForRequest>(where, &receiver, std::move(wait), token);
}
/// The same without a deadline or a stop: only what is waited for ends it.
template <class Where, detail::Receives Receiver, class Token>
auto async_receive(Where&& where, Receiver& receiver, Token&& token) {
    return detail::start<detail::ForRequest>(where, &receiver, Wait(), token);
}

/// As Subscriber::next, or TypedSubscriber::next: a result<Message>, or result<TypedMessage<T>>.
template <class Where, detail::Subscribes Subscriber, class Token>
auto async_next(Where&& where, Subscriber& subscriber, Wait wait, Token&& token) {
    return detail::start<detail::ForNext>(where, &subscriber, std::move(wait), token);
}
/// The same without a deadline or a stop: only what is waited for ends it.
template <class Where, detail::Subscribes Subscriber, class Token>
auto async_next(Where&& where, Subscriber& subscriber, Token&& token) {
    return detail::start<detail::ForNext>(where, &subscriber, Wait(), token);
}

/// As Subscriber::newest, or TypedSubscriber::newest: a result<Message>, or result<TypedMessage<T>>.
template <class Where, detail::Subscribes Subscriber, class Token>
auto async_newest(Where&& where, Subscriber& subscriber, Wait wait, Token&& token) {
    return detail::start<detail::ForNewest>(where, &subscriber, std::move(wait), token);
}
/// The same without a deadline or a stop: only what is waited for ends it.
template <class Where, detail::Subscribes Subscriber, class Token>
auto async_newest(Where&& where, Subscriber& subscriber, Token&& token) {
    return detail::start<detail::ForNewest>(where, &subscriber, Wait(), token);
}

/// As Sender::loan, or TypedSender::loan: a result<Loan>, or result<TypedLoan<T>>.
template <class Where, detail::Loans Sender, class Token>
auto async_loan(Where&& where, Sender& sender, Wait wait, Token&& token) {
    return detail::start<detail::ForLoan>(where, &sender, std::move(wait), token);
}
/// The same without a deadline or a stop: only what is waited for ends it.
template <class Where, detail::Loans Sender, class Token>
auto async_loan(Where&& where, Sender& sender, Token&& token) {
    return detail::start<detail::ForLoan>(where, &sender, Wait(), token);
}

/// As Pending::wait, or TypedPending::wait: a result<Processed>, or result<Reply>. The caller keeps the Pending: after
/// timed_out and stopped it may be waited for again, or withdrawn. Do not use it otherwise until then.
template <class Where, detail::Pends Pending, class Token>
auto async_wait(Where&& where, Pending& pending, Wait wait, Token&& token) {
    return detail::start<detail::ForAnswer>(where, &pending, std::move(wait), token);
}
/// The same without a deadline or a stop: only what is waited for ends it.
template <class Where, detail::Pends Pending, class Token>
auto async_wait(Where&& where, Pending& pending, Token&& token) {
    return detail::start<detail::ForAnswer>(where, &pending, Wait(), token);
}

/// The same with a Pending that the operation owns and keeps until it ends: for callbacks. After any error, timed_out
/// and stopped included, it is dropped: the request stays sent, but its answer is no longer awaited.
template <class Where, detail::Pends Pending, class Token>
requires(!std::is_reference_v<Pending>) auto async_wait(Where&& where, Pending&& pending, Wait wait, Token&& token) {
    return detail::start<detail::ForAnswer>(where, std::optional<Pending>(std::move(pending)), std::move(wait), token);
}
/// The same without a deadline or a stop: only what is waited for ends it.
template <class Where, detail::Pends Pending, class Token>
requires(!std::is_reference_v<Pending>) auto async_wait(Where&& where, Pending&& pending, Token&& token) {
    return detail::start<detail::ForAnswer>(where, std::optional<Pending>(std::move(pending)), Wait(), token);
}

/// As Latest::wait_newer: a result<Stamped<T>>.
template <class Where, class T, class Token>
auto async_wait_newer(Where&& where, Latest<T>& latest, Wait wait, Token&& token) {
    return detail::start<detail::ForNewer>(where, &latest, std::move(wait), token);
}
/// The same without a deadline or a stop: only what is waited for ends it.
template <class Where, class T, class Token>
auto async_wait_newer(Where&& where, Latest<T>& latest, Token&& token) {
    return detail::start<detail::ForNewer>(where, &latest, Wait(), token);
}

}  // namespace handoff::asio
