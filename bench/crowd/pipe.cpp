#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <map>

#include "contender/os.hpp"
#include "crowd/transports.hpp"

namespace bench::crowd {

namespace over_pipe {

constexpr int page_bytes = 4096;  // as small as a pipe can be: room for as many frames as the others have slots
using Frame = std::array<char, page_bytes / slots>;

class Pipe {
public:
    explicit Pipe(const std::string& path) {
        if (mkfifo(path.c_str(), 0600) != 0 && errno != EEXIST) throw_errno("mkfifo");
        file_ = open(path.c_str(), O_RDWR | O_CLOEXEC);
        if (file_ < 0) throw_errno("cannot open the pipe");
        fcntl(file_, F_SETPIPE_SZ, page_bytes);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;
    ~Pipe() { close(file_); }

    /// Whole, whoever else writes: it is not longer than PIPE_BUF.
    void write(const Frame& frame) {
        if (::write(file_, frame.data(), frame.size()) != static_cast<ssize_t>(frame.size())) throw_errno("write");
    }
    Frame read() {
        Frame frame{};
        if (::read(file_, frame.data(), frame.size()) != static_cast<ssize_t>(frame.size())) throw_errno("read");
        return frame;
    }

private:
    int file_ = -1;
};

std::string answers_of(const Task& task, std::uint32_t number) {
    return task.directory + "/answers-" + std::to_string(number);
}

class Client {
public:
    Client(const Task& task, std::uint32_t number)
        : requests_(task.directory + "/requests"), answers_(answers_of(task, number)) {
        std::memcpy(frame_.data(), &number, sizeof number);
    }
    void request() {
        requests_.write(frame_);
        answers_.read();
    }

private:
    Pipe requests_, answers_;
    Frame frame_{};
};

class Server {
public:
    explicit Server(const Task& task) : task_(task), requests_(task.directory + "/requests") {}
    void serve() {
        const Frame frame = requests_.read();
        std::uint32_t number = 0;
        std::memcpy(&number, frame.data(), sizeof number);
        answers_.try_emplace(number, answers_of(task_, number)).first->second.write(frame);
    }

private:
    Task task_;
    Pipe requests_;
    std::map<std::uint32_t, Pipe> answers_;
};

}  // namespace over_pipe

Sides pipe_sides(const Task& task) {
    return sides_of<over_pipe::Client, over_pipe::Server>(task);
}

}  // namespace bench::crowd
