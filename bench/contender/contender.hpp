// How a contender joins: one file with classes for the work it can do, and a main() that names them.
//
//   int main(int argc, char** argv) {
//       return bench::Contender("pipe", bench::Kind::rival, "two FIFOs of 1 MiB")
//           .round_trip<Client, Server>()
//           .one_way<Producer, Consumer>()
//           .refuse([](const bench::Task& task) -> std::string {
//               return task.wait == bench::Wait::busy ? "cannot busy-wait" : "";
//           })
//           .run(argc, argv);
//   }
//
// Each process of a trial is this program, executed anew. What the classes must have stands at the top of
// round_trip.hpp, one_way.hpp, broadcast.hpp and latest.hpp. An exception of theirs becomes the words in the table.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "contender/broadcast.hpp"
#include "contender/latest.hpp"
#include "contender/one_way.hpp"
#include "contender/role.hpp"
#include "contender/round_trip.hpp"

namespace bench {

enum class Kind : std::uint32_t { limit, rival, handoff };

class Contender {
public:
    using Loop = std::function<void(Role&)>;
    using Refusal = std::function<std::string(const Task&)>;

    /// `configuration`: what it is set to and why, one sentence for the report.
    Contender(std::string name, Kind kind, std::string configuration)
        : name_(std::move(name)), kind_(kind), configuration_(std::move(configuration)) {}

    template <class Client, class Server>
    Contender& round_trip() {
        return add(Pattern::round_trip, run_client<Client>, run_server<Server>);
    }
    template <class Producer, class Consumer>
    Contender& one_way() {
        has_batches_ = SendsBatches<Producer>;
        start<Producer, Consumer>();
        open_loop<Producer, Consumer>();
        return add(Pattern::one_way, run_producer<Producer>, run_consumer<Consumer>);
    }
    /// After one_way(): other classes for the first message.
    template <class Producer, class Consumer>
    Contender& start() {
        return add(Pattern::start, run_first_producer<Producer>, run_first_consumer<Consumer>);
    }
    /// After one_way(): other classes for messages now and then.
    template <class Producer, class Consumer>
    Contender& open_loop() {
        return add(Pattern::open_loop, run_open_producer<Producer>, run_open_consumer<Consumer>);
    }
    template <class Publisher, class Subscriber>
    Contender& broadcast() {
        return add(Pattern::broadcast, run_publisher<Publisher>, run_subscriber<Subscriber>);
    }
    template <class Writer, class Reader>
    Contender& latest() {
        return add(Pattern::latest, run_writer<Writer>, run_reader<Reader>);
    }
    /// What it cannot do: a reason, or nothing. Asked before anything is opened.
    Contender& refuse(Refusal refusal) {
        refusal_ = std::move(refusal);
        return *this;
    }
    /// A process that must run beside all of its trials. `serve` returns never; the harness kills it.
    Contender& daemon(std::function<void()> serve) {
        daemon_ = std::move(serve);
        return *this;
    }

    int run(int argc, char** argv);

private:
    Contender& add(Pattern pattern, Loop giver, Loop taker) {
        loops_[{pattern, Side::giver}] = std::move(giver);
        loops_[{pattern, Side::taker}] = std::move(taker);
        return *this;
    }
    std::string reason_to_refuse(const Task& task) const;
    void play(Control& control, std::uint32_t process);
    void describe() const;

    std::string name_;
    Kind kind_;
    std::string configuration_;
    std::map<std::pair<Pattern, Side>, Loop> loops_;
    Refusal refusal_;
    std::function<void()> daemon_;
    bool has_batches_ = false;
};

}  // namespace bench
