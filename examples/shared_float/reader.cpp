// Prints the float that shared_float_writer writes, whenever it is a new one. Any number of readers may run.
#include "../program.hpp"

#include <handoff/latest.hpp>

namespace {

int print_floats(const std::string& name, std::int64_t count, std::chrono::seconds timeout) {
    handoff::Latest<float> shared(name);
    for (std::int64_t printed = 0; count == 0 || printed < count; ++printed) {
        const auto newest = shared.wait_newer(example::stoppable_wait(timeout));
        if (newest) {
            std::cout << newest->sequence << ' ' << newest->value << std::endl;
        } else if (newest.error() == handoff::Errc::stopped) {
            return example::ok;
        } else if (newest.error() == handoff::Errc::timed_out) {
            std::cerr << "nothing was written to '" << name << "' for " << timeout.count()
                      << " s; start shared_float_writer, or wait longer with --wait\n";
            return example::timed_out;
        } else {
            throw handoff::Error(newest.error());
        }
    }
    return example::ok;
}

}  // namespace

int main(int argc, char** argv) {
    std::string name;
    std::int64_t count = 0, wait_s = 0;
    example::po::options_description options("Options");
    auto add = options.add_options();
    add("name", example::po::value(&name)->default_value("shared_float"), "of the shared value");
    add("count", example::number(count, 0, INT64_MAX, 0), "values to print; 0: until Ctrl-C");
    add("wait", example::number(wait_s, 0, 1'000'000, 10), "seconds to wait for a new value");
    return example::run(argc, argv,
                        "Prints what shared_float_writer writes: its number and the value, one line each. Values that "
                        "come faster than they are read are skipped: see their numbers.",
                        options, [&] { return print_floats(name, count, std::chrono::seconds(wait_s)); });
}
