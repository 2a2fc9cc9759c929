// Contenders that do what none may do, for the tests of the harness. Which one, the name of the program says.
#include <csignal>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "contender/contender.hpp"
#include "limits/flag.hpp"
#include "limits/ring.hpp"

namespace {

std::string cheat;

class Client : public limit::Client {
public:
    explicit Client(const bench::Task& task) : limit::Client(task) {
        if (cheat == "cheat_throws") throw std::runtime_error("no luck today");
    }
};

class Server : public limit::Server {
public:
    explicit Server(const bench::Task& task) : limit::Server(task), bytes_(task.bytes) {}
    void serve(auto&& touch) {
        limit::Server::serve([&](std::span<const std::byte> message) {
            if (cheat == "cheat_dies" && ++served_ == 20) raise(SIGKILL);
            if (cheat != "cheat_untouched") return touch(message);
            std::copy(message.begin(), message.begin() + 8, bytes_.begin());  // the header is all it looks at
            touch(std::span<const std::byte>(bytes_));
        });
    }

private:
    std::vector<std::byte> bytes_;
    int served_ = 0;
};

class Consumer : limit::Consumer {
public:
    using limit::Consumer::Consumer;
    void receive(auto&& touch) {
        limit::Consumer::receive([&](std::span<const std::byte> message) {
            if (cheat == "cheat_slow") bench::sleep_ns(3'000'000);
            if (++received_ == 20 && cheat == "cheat_lossy") return;
            touch(message);
            if (received_ == 20 && cheat == "cheat_twice") touch(message);
        });
    }

private:
    int received_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
    cheat = std::filesystem::path(argv[0]).filename().string();
    return bench::Contender(cheat, bench::Kind::rival, "for tests")
        .round_trip<Client, Server>()
        .one_way<limit::Producer, Consumer>()
        .run(argc, argv);
}
