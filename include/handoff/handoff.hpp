// handoff: all headers except the adapters for OpenCV (<handoff/opencv.hpp>) and Boost.Asio (<handoff/asio.hpp>), and
// the test helpers (<handoff/testing.hpp>).
#pragma once

#include <handoff/channel.hpp>
#include <handoff/error.hpp>
#include <handoff/image.hpp>
#include <handoff/latest.hpp>
#include <handoff/topic.hpp>
#include <handoff/truncation.hpp>
#include <handoff/typed.hpp>
#include <handoff/version.hpp>
#include <handoff/wait.hpp>
#include <handoff/wait_any.hpp>
