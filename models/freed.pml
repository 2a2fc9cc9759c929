/* Senders that wait for free slots under notify(n): futex_condition.inc, as in notify.pml, but the work is SLOTS slots that
   are checked ONE BY ONE (SlotProtocol::any_loan, map of free slots): a check is not atomic.

   A sender takes up to M slots in one look and is content with fewer; each slot it sends or drops (a loan that is returned:
   FREE at once, freed.notify(1)). It does that ROUNDS times. A receiver frees up to K, then notifies as many
   (SlotProtocol::answer with Notify::later). FREES in all, so that the count does not wrap.
   DEADLINE: sender 0 may leave, asleep (ETIMEDOUT: it looks once more and owes nothing) or woken (notify(1), no look).
   Asserted: no lost wake-up; `sleeping` is set while somebody sleeps.
   Left out: sent messages (channel.pml), ticks and deaths (notify.pml). */

#ifndef SLOTS
#define SLOTS 2
#endif
#ifndef SENDERS
#define SENDERS 2
#endif
#ifndef M
#define M 1
#endif
#ifndef K
#define K 2
#endif
#ifndef FREES
#define FREES 2
#endif
#ifndef ROUNDS
#define ROUNDS 2
#endif
#define drop_does_not_notify 20
#define frees_of_a_batch_count_as_one 21
#define looks_then_passes_on 22  /* who must leave looks, and notifies only if it saw a free slot */
#define last_look_takes 23       /* who must leave looks once more, takes a free slot or leaves without a word */

#define FREE 0
#define HELD 1
#define SENT 2
byte slot[3];
byte freed;
#define WORK (slot[0] == FREE || slot[1] == FREE || slot[2] == FREE)
#define COUNT_NEEDLESS
#include "futex_condition.inc"

inline free_slot(s) { slot[s] = FREE; freed++; owes[0] = A_LOOK; n++ }
proctype Receiver() {
    byte w, mine, r, n; bit ok, all;
end:
    do
    :: atomic { n < K && freed < FREES && slot[0] == SENT -> free_slot(0) }
    :: atomic { n < K && freed < FREES && slot[1] == SENT -> free_slot(1) }
    :: atomic { n < K && freed < FREES && slot[2] == SENT -> free_slot(2) }
#if MUTANT == frees_of_a_batch_count_as_one
    :: n > 0 -> notify(0, 1); n = 0
#else
    :: n > 0 -> notify(0, n); n = 0
#endif
    od
}

#define AT(x) (((x) + first) % SLOTS) /* where a look begins is a hint of the process */
inline take_slot() { slot[AT(i)] = HELD; is_mine[AT(i)] = 1; got++ }
inline look_at_slot() { if :: slot[AT(i)] == FREE -> take_slot() :: else fi; i++ }
/* any_loan, as often as M says. */
inline look_at_slots() {
    atomic { if :: first = 0 :: first = 1 fi; look_at_slot() };
    do
    :: atomic { i < SLOTS && got < M -> look_at_slot() }
    :: atomic { i == SLOTS || got == M -> i = 0; k = (got > 0 -> 0 : k); first = 0; break }
    od
}
inline wait_for_slots() {
    do
    :: announce(); look_at_slots();
       if
       :: got > 0 -> break
       :: got == 0 -> atomic { sleep(me) }
       fi;
end_asleep:
       if
       :: atomic { mode[me] == LOOKING -> k = WORTH_REMEMBERING(k) }
#ifdef DEADLINE
       :: atomic { me == 0 && mode[me] == ASLEEP -> mode[me] = LOOKING; leaves = 1; k = 0 }
       :: atomic { me == 0 && mode[me] == LOOKING -> leaves = 1; woken_late = 1; k = 0 }
#endif
       fi;
       if :: leaves -> break :: !leaves fi
    od
}
/* With what it may still get, or nothing. */
inline leave() {
    if
#if MUTANT == no_baton
    :: woken_late
#elif MUTANT == looks_then_passes_on
    :: woken_late ->
       do
       :: atomic { i < SLOTS -> if :: slot[i] == FREE -> owes[3 + me] = A_LOOK; i = SLOTS :: else -> i++ fi }
       :: atomic { i == SLOTS -> i = 0; mode[me] = GONE; break }
       od;
       if :: owes[3 + me] -> notify(3 + me, 1) :: else fi
#elif MUTANT == last_look_takes
    :: woken_late -> look_at_slots()
#else
    :: woken_late -> atomic { owes[3 + me] = A_LOOK; mode[me] = GONE }; notify(3 + me, 1)
#endif
    :: !woken_late -> look_at_slots()
    fi;
    mode[me] = GONE
}
/* What it holds: it sends or drops it, one by one. */
inline let_go() {
    do
    :: atomic { i < SLOTS && is_mine[i] -> is_mine[i] = 0; slot[i] = SENT; i++ }
#ifdef DROPS
#if MUTANT == drop_does_not_notify
    :: atomic { i < SLOTS && is_mine[i] && freed < FREES -> is_mine[i] = 0; slot[i] = FREE; freed++; i++ }
#else
    :: atomic { i < SLOTS && is_mine[i] && freed < FREES -> is_mine[i] = 0; slot[i] = FREE; freed++; i++; owes[3 + me] = A_LOOK };
       notify(3 + me, 1)
#endif
#endif
    :: atomic { i < SLOTS && !is_mine[i] -> i++ }
    :: atomic { i == SLOTS -> i = 0; n++; break }
    od
}
proctype Sender(byte me) {
    byte k, w, mine, r, got, i, n; bit first, is_mine[3], ok, all, again, leaves, woken_late;
    do
    :: atomic { n < ROUNDS && !leaves && mode[me] == BUSY -> mode[me] = LOOKING };
       wait_for_slots();
       if
       :: leaves -> leave()
       :: atomic { !leaves -> mode[me] = BUSY }
       fi;
       got = 0;
       let_go()
    :: n == ROUNDS || leaves -> break
    od
}

init {
    atomic {
        slot[0] = SENT; slot[1] = SENT; slot[2] = (SLOTS == 3 -> SENT : HELD);
#if SENDERS == 2
        mode[2] = GONE;
#endif
        run Receiver(); run Sender(0); run Sender(1);
#if SENDERS == 3
        run Sender(2);
#endif
        run Observer()
    }
}
