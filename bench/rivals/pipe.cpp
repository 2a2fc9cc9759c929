// Named pipes.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

#include "contender/contender.hpp"

namespace {

using bench::Message;
using bench::Task;

class Pipe {
public:
    Pipe(const Task& task, const char* name) : is_busy_(task.wait == bench::Wait::busy) {
        const std::string path = task.directory() + "/" + name;
        if (mkfifo(path.c_str(), 0600) != 0 && errno != EEXIST) bench::throw_errno("mkfifo");
        file_ = open(path.c_str(), O_RDWR | O_CLOEXEC | (is_busy_ ? O_NONBLOCK : 0));
        if (file_ < 0) bench::throw_errno("cannot open the pipe");
        constexpr int largest = 1 << 20;  // what an ordinary user may ask for
        if (task.bytes > 65536) fcntl(file_, F_SETPIPE_SZ, largest);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    ~Pipe() { close(file_); }

    void write(std::span<const std::byte> bytes) {
        whole(bytes.size(), [&](std::size_t at) { return ::write(file_, bytes.data() + at, bytes.size() - at); });
    }
    void read(std::span<std::byte> bytes) {
        whole(bytes.size(), [&](std::size_t at) { return ::read(file_, bytes.data() + at, bytes.size() - at); });
    }

private:
    template <class Move>
    void whole(std::size_t bytes, Move&& move) {
        bench::Patience patience;
        for (std::size_t at = 0; at < bytes;) {
            const ssize_t moved = move(at);
            if (moved > 0)
                at += static_cast<std::size_t>(moved);
            else if (errno == EAGAIN)
                patience.pause();
            else if (errno != EINTR)
                bench::throw_errno("pipe");
        }
    }

    bool is_busy_;
    int file_;
};

class Client {
public:
    explicit Client(const Task& task) : requests_(task, "requests"), answers_(task, "answers") {}
    void request(const Message& message) {
        requests_.write(message.bytes());
        std::byte processed{};
        answers_.read({&processed, 1});
    }

private:
    Pipe requests_, answers_;
};

class Server {
public:
    explicit Server(const Task& task) : requests_(task, "requests"), answers_(task, "answers"), buffer_(task.bytes) {}
    void serve(auto&& touch) {
        requests_.read(buffer_);
        touch(std::span<const std::byte>(buffer_));
        const std::byte processed{1};
        answers_.write({&processed, 1});
    }

private:
    Pipe requests_, answers_;
    std::vector<std::byte> buffer_;
};

class Producer {
public:
    explicit Producer(const Task& task) : pipe_(task, "queue") {}
    void send(const Message& message) { pipe_.write(message.bytes()); }

private:
    Pipe pipe_;
};

class Consumer {
public:
    explicit Consumer(const Task& task) : pipe_(task, "queue"), buffer_(task.bytes) {}
    void receive(auto&& touch) {
        pipe_.read(buffer_);
        touch(std::span<const std::byte>(buffer_));
    }

private:
    Pipe pipe_;
    std::vector<std::byte> buffer_;
};

}  // namespace

int main(int argc, char** argv) {
    return bench::Contender("pipe", bench::Kind::rival,
                            "named pipes, one write and one read per message; above 64 KiB the pipe is enlarged to "
                            "1 MiB; busy: O_NONBLOCK in a loop")
        .round_trip<Client, Server>()
        .one_way<Producer, Consumer>()
        .refuse([](const Task& task) -> std::string {
            const bool is_torn = task.givers + task.takers > 2 && task.bytes > 4096;
            return is_torn ? "messages above 4096 bytes are mixed up with those of others" : "";
        })
        .run(argc, argv);
}
