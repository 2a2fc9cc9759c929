// The loops of the newest value: a writer and readers, all at full speed.
//
//   struct Writer {                                   struct Reader {
//       explicit Writer(const Task&);                     explicit Reader(const Task&);
//       void write(const Message&);                       bool read(auto&& look);
//   };                                                };
//
// write() makes Message::value() the newest. read() calls look() with the newest value, whole, and returns true; false
// if there was none to be had. Neither waits.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>

#include "contender/message.hpp"
#include "contender/role.hpp"

namespace bench {

template <class Writer>
void run_writer(Role& role) {
    Writer writer(role.task());
    Message message(role.task(), role.index());
    role.start();
    while (!role.is_stopped()) {
        message.next();
        writer.write(message);
        role.report().messages.store(message.count(), std::memory_order_relaxed);
    }
    role.report().state = State::done;
    role.finish();
}

/// Counts the values that are new, and those that are torn.
class Look {
public:
    explicit Look(Report& report) noexcept : report_(report) {}

    void operator()(std::span<const std::byte> value) noexcept {
        std::uint64_t first = 0, differing = 0;
        std::memcpy(&first, value.data(), 8);
        for (std::size_t at = 8; at + 8 <= value.size(); at += 8) {
            std::uint64_t word = 0;
            std::memcpy(&word, value.data() + at, 8);
            differing |= word ^ first;
        }
        report_.torn += differing != 0;
        if (first == last_)
            ++report_.stale;
        else
            report_.messages.store(++fresh_, std::memory_order_relaxed);
        last_ = first;
    }

private:
    Report& report_;
    std::uint64_t last_ = 0;
    std::uint64_t fresh_ = 0;
};

template <class Reader>
void run_reader(Role& role) {
    Reader reader(role.task());
    Look look(role.report());
    role.start();
    while (!role.is_stopped())
        if (!reader.read(look)) ++role.report().stale;
    role.report().state = State::ended;
    role.finish();
}

}  // namespace bench
