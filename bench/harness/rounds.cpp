#include "harness/rounds.hpp"

#include <cstddef>
#include <utility>

#include "harness/interrupt.hpp"

namespace bench {

Row measured(const Work& work, const std::vector<Entrant>& entrants, Daemons& daemons, const RoundOptions& options) {
    Row row(work, entrants, options.tolerance);
    const std::size_t count = entrants.size();
    for (int round = 0; round < options.rounds; ++round)
        for (std::size_t turn = 0; turn < count; ++turn) {
            // Another one begins each round: nobody always follows the same.
            Series& series = row.series()[(turn + static_cast<std::size_t>(round)) % count];
            check_interrupts();
            if (series.is_out()) continue;
            Outcome outcome;
            outcome.words = daemons.ensure(series.entrant());
            if (outcome.words.empty())
                outcome = run_trial(series.entrant(), work.task, options.seconds * work.seconds_factor);
            series.add(std::move(outcome));
        }
    return row;
}

}  // namespace bench
