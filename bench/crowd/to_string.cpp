#include "crowd/to_string.hpp"

namespace bench::crowd {

std::string measure_name(Measure measure) {
    switch (measure) {
        case Measure::attach_s:
            return "attaching all";
        case Measure::idle_cores:
            return "idle, of a core";
        case Measure::rate:
            return "messages";
        case Measure::p50_s:
            return "p50";
        case Measure::cpu_s:
            return "CPU of a message";
    }
    return "";
}

std::string measure_key(Measure measure) {
    switch (measure) {
        case Measure::attach_s:
            return "attach_s";
        case Measure::idle_cores:
            return "idle_cores";
        case Measure::rate:
            return "messages_per_second";
        case Measure::p50_s:
            return "p50_s";
        case Measure::cpu_s:
            return "cpu_per_message_s";
    }
    return "";
}

std::string measure_words(Measure measure, double value) {
    switch (measure) {
        case Measure::idle_cores:
            return short_number(value * 100) + " %";
        case Measure::rate:
            return rate_words(value);
        case Measure::attach_s:
        case Measure::p50_s:
        case Measure::cpu_s:
            return time_words(value * 1e9);
    }
    return "";
}

}  // namespace bench::crowd
