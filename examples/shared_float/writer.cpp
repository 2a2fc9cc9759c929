// Writes a float every 100 ms; shared_float_reader prints it. Ended or killed and started again, it goes on where it
// was, as long as a reader keeps the value.
#include "../program.hpp"

#include <handoff/latest.hpp>

namespace {

int write_floats(const std::string& name, std::chrono::milliseconds interval, std::int64_t count) {
    handoff::Latest<float> shared(name);
    const auto before = shared.read();
    float value = before ? before->value : 0;
    std::cerr << "writing to '" << name << "' every " << interval.count() << " ms\n";
    auto next = example::Clock::now();
    for (std::int64_t written = 0; (count == 0 || written < count) && !example::stop_requested(); ++written) {
        value = value < 1000 ? value + 0.25F : 0;
        shared.write(value).value();
        next += interval;
        example::sleep_until(next);
    }
    return example::ok;
}

}  // namespace

int main(int argc, char** argv) {
    std::string name;
    std::int64_t interval_ms = 0, count = 0;
    example::po::options_description options("Options");
    auto add = options.add_options();
    add("name", example::po::value(&name)->default_value("shared_float"), "of the shared value");
    add("interval", example::number(interval_ms, 1, 3'600'000, 100), "milliseconds between two writes");
    add("count", example::number(count, 0, INT64_MAX, 0), "writes; 0: until Ctrl-C");
    return example::run(argc, argv, "Writes a float again and again; shared_float_reader prints it.", options,
                        [&] { return write_floats(name, std::chrono::milliseconds(interval_ms), count); });
}
