// A camera in the network: answers every connection with the same bytes.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

namespace apps_test {

class Server {
public:
    enum class Then { close, stay_silent };
    /// At a free port of the loopback. Every connection gets `bytes`, once its request has come.
    Server(std::string bytes, Then then);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    std::string address() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }
    int connections() const { return connections_; }
    bool all_was_sent() const { return all_was_sent_; }

    /// A port that was free a moment ago.
    static std::uint16_t unused_port();

private:
    void serve();
    bool send_all(int connection) const;

    const std::string bytes_;
    const Then then_;
    int listener_;
    int end_[2];  ///< what is read from the first one ends the thread
    std::uint16_t port_;
    std::atomic<int> connections_{0};
    std::atomic<bool> all_was_sent_{false};
    std::jthread thread_;
};

/// An answer of `count` parts that replace each other, as network cameras send their pictures.
std::string multipart(const std::string& jpeg, int count);

}  // namespace apps_test
