#include <handoff/topic.hpp>

#include <iostream>

using namespace std::chrono_literals;

int main() {
    handoff::Publisher publisher("snippet-topic", {.history = 3, .payload_bytes = 64});
    handoff::Subscriber subscriber("snippet-topic");  // as well in another process, or in thirty
    for (int number = 1; number <= 5; ++number) {
        handoff::Loan loan = publisher.loan().value();  // a slot in shared memory, ours until it is published
        loan.payload()[0] = std::byte(number);          // written in place: nothing is copied later
        publisher.publish(std::move(loan)).value();     // never waits: only three are kept
    }
    const handoff::Message message = subscriber.next(1s).value();  // pinned: whole and in place until it is destroyed
    std::cout << "message " << message.sequence() << " says " << std::to_integer<int>(message.payload()[0]) << ", "
              << message.lost() << " lost before it\n";
    return message.sequence() == 3 && message.lost() == 2 ? 0 : 1;
}
