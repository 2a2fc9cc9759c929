#include <handoff/inspect.hpp>

#include <iostream>

int main() {
    for (const auto& file : handoff::inspect::find("cam*")) {
        const auto report = handoff::inspect::Observer(file.name).report();  // throws what is wrong with it
        for (const auto& one : report.participants)
            std::cout << report.name << ": " << one.program << " is " << to_string(one.life) << "\n";
    }
}
