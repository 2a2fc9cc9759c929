// Two processes count past each other, without locks: each has a latest value that only it writes, and reads the other
// one's. The process that is not the taller one writes the other's number plus one.
//
//   taller --me ann --other bob &
//   taller --me bob --other ann
#include "program.hpp"

#include <handoff/latest.hpp>

namespace {

using Height = handoff::Latest<std::uint64_t>;

std::uint64_t height_of(const Height& somebody) {
    const auto height = somebody.read();
    if (!height && height.error() != handoff::Errc::empty) throw handoff::Error(height.error());
    return height ? height->value : 0;
}

struct Contest {
    std::string name, me, other;
    std::uint64_t goal;
    std::chrono::seconds timeout;
};

/// Returns the other's height once one of them has reached the goal.
std::uint64_t grow(Height& mine, Height& theirs, const Contest& contest) {
    std::uint64_t my_height = height_of(mine);
    std::uint64_t their_height = height_of(theirs);
    while (true) {
        if (their_height >= my_height && my_height < contest.goal && their_height < contest.goal)
            mine.write(my_height = their_height + 1).value();
        if (std::max(my_height, their_height) >= contest.goal) return their_height;
        const auto next = theirs.wait_newer(example::stoppable_wait(contest.timeout));
        if (!next) throw handoff::Error(next.error());
        if (next->value < their_height) throw std::runtime_error("'" + contest.other + "' has shrunk: that is a lie");
        their_height = next->value;
    }
}

int compete(const Contest& contest) {
    if (contest.me == contest.other) throw example::po::error("--me and --other are two people");
    Height mine(contest.name + "." + contest.me), theirs(contest.name + "." + contest.other);
    try {
        grow(mine, theirs, contest);
    } catch (const handoff::Error& error) {
        if (error.code() == handoff::Errc::timed_out) {
            std::cerr << "'" << contest.other << "' does not answer; start taller --me " << contest.other << " --other "
                      << contest.me << ", or wait longer with --wait\n";
            return example::timed_out;
        }
        if (error.code() != handoff::Errc::stopped) throw;
    }
    std::cout << contest.me << ' ' << height_of(mine) << std::endl;
    return example::ok;
}

}  // namespace

int main(int argc, char** argv) {
    Contest contest{};
    std::int64_t goal = 0, wait_s = 0;
    example::po::options_description options("Options");
    auto add = options.add_options();
    add("name", example::po::value(&contest.name)->default_value("taller"), "of the contest");
    add("me", example::po::value(&contest.me)->default_value("ann"), "my name");
    add("other", example::po::value(&contest.other)->default_value("bob"), "the other one's name");
    add("goal", example::number(goal, 1, INT64_MAX, 100'000), "height at which both stop");
    add("wait", example::number(wait_s, 0, 1'000'000, 60), "seconds to wait for the other one");
    return example::run(argc, argv, "Grows until it is taller than the other process, which does the same.", options,
                        [&] {
                            contest.goal = static_cast<std::uint64_t>(goal);
                            contest.timeout = std::chrono::seconds(wait_s);
                            return compete(contest);
                        });
}
