#include "tool/scaled.hpp"

#include "cli/units.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <tuple>
#include <utility>

namespace handoff::apps::tool {

namespace {

using Read = double (*)(const std::byte* at);

template <class Number>
double read(const std::byte* at) {
    Number number;
    std::memcpy(&number, at, sizeof number);  // a row may begin anywhere
    return static_cast<double>(number);
}

struct Numbers {
    Read read;
    std::size_t channels;
};

std::optional<Numbers> numbers_of(Encoding encoding) {
    switch (encoding) {
        case Encoding::type_8SC1:
            return Numbers{read<std::int8_t>, 1};
        case Encoding::type_8SC3:
            return Numbers{read<std::int8_t>, 3};
        case Encoding::type_16SC1:
            return Numbers{read<std::int16_t>, 1};
        case Encoding::type_16SC3:
            return Numbers{read<std::int16_t>, 3};
        case Encoding::type_32SC1:
            return Numbers{read<std::int32_t>, 1};
        case Encoding::type_32SC3:
            return Numbers{read<std::int32_t>, 3};
        case Encoding::type_32FC1:
            return Numbers{read<float>, 1};
        case Encoding::type_32FC3:
            return Numbers{read<float>, 3};
        case Encoding::type_64FC1:
            return Numbers{read<double>, 1};
        case Encoding::type_64FC3:
            return Numbers{read<double>, 3};
        default:
            return std::nullopt;
    }
}

/// Calls it with every number of the picture, row by row.
template <class Call>
void for_each_number(const Image& image, const Numbers& numbers, std::span<const std::byte> pixels, Call call) {
    const std::size_t in_a_row = image.width * numbers.channels;
    const std::size_t size = bytes_per_pixel(image.encoding) / numbers.channels;
    for (std::uint32_t row = 0; row < image.height; ++row)
        for (std::size_t i = 0; i < in_a_row; ++i) call(numbers.read(pixels.data() + row * image.step + i * size));
}

/// What so many percent do not exceed. REQUIRES: !finite.empty()
double percentile(std::vector<double>& finite, double percent) {
    const double rank = std::floor(percent / 100 * static_cast<double>(finite.size() - 1) + 0.5);
    const auto place = finite.begin() + static_cast<std::ptrdiff_t>(rank);
    std::nth_element(finite.begin(), place, finite.end());
    return *place;
}

/// Black and white. Of a large picture every n-th number is sorted, a million at most.
std::pair<double, double> limits_of(const Image& image, const Numbers& numbers, std::span<const std::byte> pixels) {
    constexpr std::uint64_t most = 1 << 20;
    const std::uint64_t count = std::uint64_t{image.width} * image.height * numbers.channels;
    const std::uint64_t stride = count / most + 1;
    std::vector<double> finite;
    double least = std::numeric_limits<double>::max(), largest = std::numeric_limits<double>::lowest();
    std::uint64_t at = 0;
    for_each_number(image, numbers, pixels, [&](double number) {
        const bool is_taken = at++ % stride == 0;
        if (!std::isfinite(number)) return;
        if (is_taken) finite.push_back(number);
        least = std::min(least, number);
        largest = std::max(largest, number);
    });
    if (least > largest) return {0, 0};
    if (finite.empty()) return {least, largest};
    const double low = percentile(finite, 1), high = percentile(finite, 99);
    return low < high ? std::pair(low, high) : std::pair(least, largest);
}

std::string short_form(double number) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.4g", number);
    return text.data();
}

unsigned shade_of(double number, double black, double white) {
    if (std::isnan(number) || number <= black) return 0;
    if (number >= white) return 255;
    // By halves: the difference of two doubles may be none.
    return static_cast<unsigned>(std::round((number / 2 - black / 2) / (white / 2 - black / 2) * 255));
}

}  // namespace

std::string Scaled::words() const {
    std::string text = black == white ? "scaled: all pixels are " + short_form(black) + ", shown black"
                                      : "scaled: " + short_form(black) + " and less is black, " + short_form(white) +
                                            " and more is white (1st and 99th percentile)";
    if (not_numbers > 0) text += ", " + counted(not_numbers, "value") + " not a number (NaN), shown black";
    return text;
}

std::optional<Scaled> scaled(const Image& image, std::span<const std::byte> pixels) {
    const auto numbers = numbers_of(image.encoding);
    if (!numbers) return std::nullopt;
    Scaled made;
    made.image = Image::of(image.width, image.height, numbers->channels == 1 ? Encoding::mono8 : Encoding::bgr8);
    std::tie(made.black, made.white) = limits_of(image, *numbers, pixels);
    made.pixels.reserve(made.image.byte_count());
    for_each_number(image, *numbers, pixels, [&](double number) {
        if (std::isnan(number)) ++made.not_numbers;
        made.pixels.push_back(static_cast<std::byte>(shade_of(number, made.black, made.white)));
    });
    return made;
}

}  // namespace handoff::apps::tool
