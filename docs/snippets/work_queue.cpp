#include <handoff/typed.hpp>

#include <iostream>
#include <optional>

using namespace std::chrono_literals;

struct Job {
    int number;
    double parameter;
};

int main() {
    std::optional<handoff::TypedSender<Job>> sender(std::in_place, "snippet-jobs",
                                                    handoff::ChannelShape{.slot_count = 16});
    handoff::TypedReceiver<Job> worker("snippet-jobs");  // as well in another process, or in ten
    for (int number = 1; number <= 3; ++number) {
        auto job = sender->loan(1s).value();
        *job = {number, 0.5 * number};
        sender->send(std::move(job)).value();  // does not wait
    }
    sender.reset();  // the sender leaves; what was sent stays sent

    int done = 0;
    while (auto job = worker.receive(1s)) {
        std::cout << "job " << (*job)->number << ", " << (*job)->parameter << '\n';
        job->processed().value();
        ++done;
    }
    return done == 3 ? 0 : 1;
}
