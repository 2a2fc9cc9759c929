// What one trial asks for, and what it found.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace bench::crowd {

struct Task {
    std::string name;              ///< unique to the trial
    std::string directory;         ///< empty and removed after the trial: for pipes
    std::uint32_t many = 1;        ///< processes on the side that is a crowd
    std::uint32_t per_second = 0;  ///< messages, where they come at fixed times; 0: none
    double seconds = 1;            ///< how long to look
    double attach_s = 20;          ///< how long all together may take to attach
};

enum class Measure : std::uint8_t {
    attach_s,    ///< from the first fork until all are attached
    idle_cores,  ///< CPU of the crowd while nothing happens, in cores
    rate,        ///< messages per second
    p50_s,       ///< median time of a request, or of a publish
    cpu_s,       ///< CPU of a message; of which processes says the row
};

using Sample = std::map<Measure, double>;

}  // namespace bench::crowd
