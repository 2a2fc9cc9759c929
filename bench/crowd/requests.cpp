#include "crowd/requests.hpp"

#include "contender/os.hpp"

namespace bench::crowd {

namespace {

constexpr double answer_s = 30;  // a single request among a thousand takes its time

void wait_until_attached(const SharedBoard& board, const Task& task, std::uint32_t processes) {
    const auto attached = [&] { return board->attached.load(); };
    board.wait_for([&] { return attached() == processes; }, task.attach_s,
                   [&] {
                       return "only " + std::to_string(attached()) + " of " + std::to_string(processes) +
                              " attached within " + std::to_string(static_cast<int>(task.attach_s)) + " s";
                   });
}

}  // namespace

void time_requests(Board& board, double seconds, const std::function<void()>& request) {
    const std::int64_t end_ns = now_ns() + static_cast<std::int64_t>(seconds * 1e9);
    for (std::uint64_t done = 0; done < most_timed && (done < least_timed || now_ns() < end_ns); ++done) {
        const std::int64_t begin_ns = now_ns();
        request();
        board.times.add(static_cast<std::uint64_t>(now_ns() - begin_ns) * 1000);
    }
}

Sample many_senders(const Task& task, const Sides& sides) {
    SharedBoard board;
    Crowd server(board, 1, sides.server);
    Crowd clients(board, task.many, sides.client);
    wait_until_attached(board, task, task.many + 1);
    board.let_go();
    const auto messages = [&] { return board->messages.load(); };
    // Warm: each process has run once.
    board.wait_for([&] { return messages() > task.many; }, answer_s,
                   [] { return "hardly a request was processed within 30 s"; });
    const std::uint64_t before = messages();
    const double cpu_before = server.cpu_s() + clients.cpu_s();
    const std::int64_t begin_ns = now_ns();
    board.watch_for(task.seconds);
    const auto seen = static_cast<double>(messages() - before);
    const double seconds = static_cast<double>(now_ns() - begin_ns) / 1e9;
    const double cpu = server.cpu_s() + clients.cpu_s() - cpu_before;
    if (seen <= 0) throw TrialFailed("not one request was processed");
    return {{Measure::rate, seen / seconds}, {Measure::cpu_s, cpu / seen}};
}

Sample many_receivers(const Task& task, const Sides& sides) {
    SharedBoard board;
    const std::int64_t begin_ns = now_ns();
    Crowd servers(board, task.many, [&](Board& shared, std::uint32_t number) {
        // They sleep in serve() from the beginning, as receivers do.
        shared.go.store(1);
        sides.server(shared, number);
    });
    board.wait_for([&] { return board->attached.load() == task.many; }, task.attach_s,
                   [&] {
                       return "only " + std::to_string(board->attached.load()) + " of " + std::to_string(task.many) +
                              " attached within " + std::to_string(static_cast<int>(task.attach_s)) + " s";
                   });
    const double attach_s = static_cast<double>(now_ns() - begin_ns) / 1e9;
    board.watch_for(1);  // whoever has just attached is still busy with that
    const double idle_before = servers.cpu_s();
    const std::int64_t idle_ns = now_ns();
    board.watch_for(task.seconds);
    const double idle_cores = (servers.cpu_s() - idle_before) / (static_cast<double>(now_ns() - idle_ns) / 1e9);

    const double cpu_before = servers.cpu_s();
    Crowd client(board, 1, sides.timed_client);
    board.wait_for([&] { return board->is_complete.load() != 0; }, task.seconds + answer_s,
                   [] { return "20 requests took more than 30 s"; });
    const double cpu = servers.cpu_s() - cpu_before;
    const auto requests = static_cast<double>(board->times.count());
    return {{Measure::attach_s, attach_s},
            {Measure::idle_cores, idle_cores},
            {Measure::p50_s, static_cast<double>(board->times.percentile(50)) / 1e12},
            {Measure::cpu_s, cpu / requests}};
}

}  // namespace bench::crowd
