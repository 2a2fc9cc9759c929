// The shared memory object that SharedData lives in.
#pragma once

#include "shared_data.hpp"

#include <boost/interprocess/exceptions.hpp>
#include <boost/interprocess/mapped_region.hpp>
#include <boost/interprocess/shared_memory_object.hpp>

#include <chrono>
#include <limits>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace classic_handshake {

class Segment {
public:
    /// Makes a new one, removed by the destructor. Throws std::runtime_error if the name is in use.
    static Segment create(const std::string& name, std::size_t data_capacity);
    /// Waits until the other program has created it; nothing if it does not. Throws std::runtime_error if it cannot be
    /// opened.
    static std::optional<Segment> attach(const std::string& name, std::chrono::milliseconds timeout);

    Segment(Segment&& other) noexcept
        : name_to_remove_(std::exchange(other.name_to_remove_, {})), region_(std::move(other.region_)) {}
    Segment& operator=(Segment&&) = delete;
    /// Mutex and conditions are not destroyed, the other side may still be inside; the memory goes with its last user.
    ~Segment() {
        if (!name_to_remove_.empty()) boost::interprocess::shared_memory_object::remove(name_to_remove_.c_str());
    }

    SharedData& operator*() const noexcept { return *static_cast<SharedData*>(region_.get_address()); }
    SharedData* operator->() const noexcept { return &**this; }

private:
    Segment() = default;
    bool try_attach(const std::string& name);

    std::string name_to_remove_;
    boost::interprocess::mapped_region region_;
};

inline Segment Segment::create(const std::string& name, std::size_t data_capacity) try {
    namespace bip = boost::interprocess;
    if (data_capacity > std::numeric_limits<std::size_t>::max() / 4)
        throw bip::interprocess_exception("no machine has that much memory");
    bip::shared_memory_object memory(bip::create_only, name.c_str(), bip::read_write, bip::permissions(0600));
    Segment segment;
    segment.name_to_remove_ = name;
    memory.truncate(static_cast<bip::offset_t>(sizeof(SharedData) + data_capacity));
    segment.region_ = bip::mapped_region(memory, bip::read_write);
    auto* data = ::new (segment.region_.get_address()) SharedData(data_capacity);
    data->is_constructed.store(true, std::memory_order_release);  // pairs with try_attach()
    return segment;
} catch (const boost::interprocess::interprocess_exception& exception) {
    if (exception.get_error_code() == boost::interprocess::already_exists_error)
        throw std::runtime_error("there is a shared memory '" + name +
                                 "' already: another sender uses it, or was killed; in that case: rm /dev/shm/" + name);
    throw std::runtime_error("cannot create the shared memory '" + name + "' with " + std::to_string(data_capacity) +
                             " bytes of data: " + exception.what());
}

inline bool Segment::try_attach(const std::string& name) try {
    namespace bip = boost::interprocess;
    const bip::shared_memory_object memory(bip::open_only, name.c_str(), bip::read_write);
    bip::offset_t bytes = 0;
    if (!memory.get_size(bytes) || bytes < static_cast<bip::offset_t>(sizeof(SharedData))) return false;
    region_ = bip::mapped_region(memory, bip::read_write);
    return (*this)->is_constructed.load(std::memory_order_acquire);  // pairs with create()
} catch (const boost::interprocess::interprocess_exception& exception) {
    if (exception.get_error_code() == boost::interprocess::not_found_error) return false;
    throw std::runtime_error("cannot open the shared memory '" + name + "': " + exception.what());
}

inline std::optional<Segment> Segment::attach(const std::string& name, std::chrono::milliseconds timeout) {
    const auto end = std::chrono::steady_clock::now() + timeout;
    Segment segment;
    while (!segment.try_attach(name)) {
        if (std::chrono::steady_clock::now() >= end) return std::nullopt;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return segment;
}

}  // namespace classic_handshake
