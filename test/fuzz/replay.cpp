// Runs a fuzz target over the files of a folder, without a fuzzer: what once went wrong must not come back.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <vector>

#include "fuzz/input.hpp"

namespace {

std::vector<std::filesystem::path> files_in(const char* folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.is_regular_file()) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    return files;
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 2) {
        std::cerr << "usage: " << arguments[0] << " FOLDER\n";
        return 2;
    }
    const auto files = files_in(arguments[1]);
    if (files.empty()) {
        std::cerr << arguments[1] << " holds no inputs\n";
        return 1;
    }
    LLVMFuzzerTestOneInput(nullptr, 0);
    double slowest_s = 0;
    for (const auto& path : files) {
        std::ifstream file(path, std::ios::binary);
        const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
        std::cout << path.filename().string() << std::endl;  // flushed: if it dies, this is the one
        const auto start = std::chrono::steady_clock::now();
        LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
        slowest_s =
            std::max(slowest_s, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    std::cout << files.size() << " inputs, the slowest took " << slowest_s << " s\n";
    return 0;
}
