// The log file of the spooler: `pid: time text`, one line each, every line once.
//
// Death: lines are appended, so a process that dies while it writes leaves at most the beginning of a line at the end
// of
//   the file; the next one cuts it off (its client still waits and gets it written again, whole). Lines that are in the
//   file although their client got no confirmation are recognised by process and time.
#pragma once

#include "line.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <system_error>

namespace spooler {

class Log {
public:
    /// Opens or creates the file and reads what is in it. Throws std::system_error, also if another server has it.
    explicit Log(std::string path);
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;
    ~Log() { ::close(file_); }

    /// Notes the line for the next sync(). False: it is in the log already.
    bool append(const Line& line);
    /// Returns once everything that was appended will survive a power cut. Throws std::system_error.
    void sync();

private:
    void read_what_is_there();
    void make_durable(int descriptor) const;
    [[noreturn]] void refuse(const std::string& what) const;

    std::string path_;
    int file_;
    std::string waiting_;
    std::map<std::string, std::string, std::less<>> newest_;  ///< time of the newest line, by pid
};

/// "2024-05-01T12:00:00.123456789Z": always 30 characters.
inline std::string time_text(std::int64_t time_ns) {
    constexpr std::int64_t second_ns = 1'000'000'000;
    const std::time_t seconds = time_ns / second_ns;
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 32> date{};
    (void)std::strftime(date.data(), date.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    const std::string fraction = std::to_string(time_ns % second_ns);
    return std::string(date.data()) + "." + std::string(9 - fraction.size(), '0') + fraction + "Z";
}

inline Log::Log(std::string path)
    : path_(std::move(path)), file_(::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) {
    if (file_ < 0) refuse("cannot open");
    try {
        if (::flock(file_, LOCK_EX | LOCK_NB) != 0) refuse("another server seems to write");
        read_what_is_there();
    } catch (...) {
        ::close(file_);
        throw;
    }
}

inline void Log::read_what_is_there() {
    std::ifstream in(path_, std::ios::binary);
    std::string line;
    std::uintmax_t whole_bytes = 0;
    while (std::getline(in, line) && !in.eof()) {  // eof: no newline at its end, so not a whole line
        whole_bytes += line.size() + 1;
        const auto colon = line.find(": ");
        if (colon != std::string::npos) newest_[line.substr(0, colon)] = line.substr(colon + 2, time_text(0).size());
    }
    if (!in.is_open() || in.bad()) refuse("cannot read");
    if (std::filesystem::file_size(path_) != whole_bytes) std::filesystem::resize_file(path_, whole_bytes);
    make_durable(file_);
    const auto folder = std::filesystem::absolute(path_).parent_path();
    const int directory = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) refuse("cannot open the folder of");
    make_durable(directory);
    ::close(directory);
}

inline bool Log::append(const Line& line) {
    const std::string pid = std::to_string(line.pid), time = time_text(line.time_ns);
    std::string& newest = newest_[pid];
    if (newest == time) return false;
    newest = time;
    waiting_.append(pid).append(": ").append(time).append(" ").append(line.text).append("\n");
    return true;
}

inline void Log::sync() {
    for (std::string_view rest = waiting_; !rest.empty();) {
        const auto written = ::write(file_, rest.data(), rest.size());
        if (written < 0 && errno != EINTR) refuse("cannot write to");
        if (written > 0) rest.remove_prefix(static_cast<std::size_t>(written));
    }
    if (!waiting_.empty()) make_durable(file_);
    waiting_.clear();
}

inline void Log::make_durable(int descriptor) const {
    if (::fsync(descriptor) != 0) refuse("the disk does not take");
}

inline void Log::refuse(const std::string& what) const {
    throw std::system_error(errno, std::generic_category(), what + " the log file '" + path_ + "'");
}

}  // namespace spooler
