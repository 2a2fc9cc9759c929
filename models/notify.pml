/* As many are woken as there is work for: producers, takers and a watcher on one condition (futex_condition.inc).

   A producer commits K items at once, then notifies K takers (SlotProtocol::commit, a batch: ready.notify(k)), then all
   watchers on a word of their own. A taker announces itself, looks, sleeps; its look takes one item in one step, as the
   exchange that takes a message does. A watcher looks and does not take (descriptors, wait_any, wait_for_...). A spinner
   takes and never sleeps.
   Parameters: PRODUCERS (1, 2), ROUNDS, K, TAKERS (2, 3), WATCHER, SPINNER, and at most one of
     DEATH          taker 0 is killed at any step
     STOP           taker 0 is stopped at any step, for as long as it likes, and goes on
     PRODUCER_DIES  the last producer is killed at any step after a commit
     DEADLINE       taker 0 leaves at its deadline: asleep (ETIMEDOUT: it looks once more and owes nothing), or woken
     STOP_TOKEN     taker 0 sleeps on two words (futex_waitv) and leaves when the second one says so; it stays in the
                    queue until it runs, and cannot tell who woke it
     ALL_DIE        all takers are killed
     MIXED          producer 1 calls notify_all, as who leaves or recovers does
   Who was woken and leaves without an item calls notify(1), without a look.
   After a death or a stop one sleeper has one tick, whichever it is; if it finds an item it takes it and notifies as many
   as are left. Without one there is no tick.
   Asserted: no lost wake-up (LOST); `sleeping` is set while somebody sleeps (FLAG_LOST); no watcher sleeps beside an item
   that it was not told of; with AT_MOST: notifiers wake no more, all together; with ALL_DIE: at most one system call is
   made for the dead.
   Left out: the ring and the slots (channel.pml), what a dead taker held (recovery calls notify_all). */

#ifndef PRODUCERS
#define PRODUCERS 2
#endif
#ifndef ROUNDS
#define ROUNDS 2
#endif
#ifndef K
#define K 1
#endif
#ifndef TAKERS
#define TAKERS 2
#endif
byte items;
#define WORK (items > 0)
#ifdef ALL_DIE
#define EVERYBODY_IS_DEAD (mode[0] == DEAD && mode[1] == DEAD && (TAKERS == 2 || mode[2] == DEAD))
#define COUNT_NEEDLESS if :: late -> needless++; assert(needless <= 1 || needless_calls) :: else fi
#else
#define EVERYBODY_IS_DEAD false
#define COUNT_NEEDLESS
#endif
byte watchers_word;   /* count | sleeping */
byte owes_watcher[2]; /* what producers owe it */
#ifdef WATCHER
#define OWE_WATCHER(maker) owes_watcher[maker] = A_LOOK
#define NOTIFY_WATCHERS(maker) notify_watchers(maker)
#define WATCHER_SLEEPS_ON (items > 0 && watcher_mode == ASLEEP && !owes_watcher[0] && !owes_watcher[1])
#else
#define OWE_WATCHER(maker) skip
#define NOTIFY_WATCHERS(maker) skip
#endif
#include "futex_condition.inc"

/* ---- producers ------------------------------------------------------------------------------------------------------*/
inline load_watchers_word(whose) { w = watchers_word; if :: !(w & SLEEPING) -> owes_watcher[whose] = NOTHING :: else fi }
inline notify_watchers(whose) {
    atomic { load_watchers_word(whose) };
    do
    :: atomic { !(w & SLEEPING) -> break }
    :: atomic { (w & SLEEPING) && watchers_word == w -> watchers_word = WITHOUT(COUNTED(w), FLAGS); ok = 1; break }
    :: atomic { (w & SLEEPING) && watchers_word != w -> load_watchers_word(whose) }
    od;
    if
    :: atomic { ok -> if :: watcher_mode == ASLEEP -> watcher_mode = LOOKING :: else fi; owes_watcher[whose] = NOTHING }
    :: !ok
    fi;
    atomic { w = 0; ok = 0 }
}
inline commit(maker) { items = items + K; owes[maker] = A_LOOK; OWE_WATCHER(maker); late = EVERYBODY_IS_DEAD }
inline produce(maker) {
#if MUTANT == look_before_commit
    atomic { w = word }; atomic { commit(maker); if :: !(w & SLEEPING) -> owes[maker] = NOTHING :: else fi };
    notify_loaded(maker, K, false);
#elif defined(MIXED)
    atomic { commit(maker) };
    if :: maker == 1 -> notify_all(maker) :: maker == 0 -> notify(maker, K) fi;
#else
    atomic { commit(maker) };
    notify(maker, K);
#endif
    NOTIFY_WATCHERS(maker)
}
bit producer_dead;
proctype Producer(byte me) {
    byte w, mine, r, n; bit ok, all, late;
    {
        do
        :: n < ROUNDS -> produce(me); n++
        :: n == ROUNDS -> break
        od
    } unless { producer_dead && me == PRODUCERS - 1 }
}
#ifdef SPINNER
proctype Spinner() { byte n; end: do :: atomic { n < SPINNER && items > 0 -> items--; n++ } od }
#endif

/* ---- takers ---------------------------------------------------------------------------------------------------------*/
bit ticking;
#if defined(DEATH) || defined(STOP) || defined(PRODUCER_DIES)
#define TICK :: atomic { mode[me] == ASLEEP && damage && !ticking -> mode[me] = LOOKING; tick = 1; ticking = 1 }
#else
#define TICK
#endif
#ifdef STOP
#define GOES provided (!(stopped && _pid == PRODUCERS + 1))
#else
#define GOES
#endif
inline look(me) { if :: items > 0 -> items--; took = 1; k = 0; mode[me] = (tick -> LOOKING : BUSY) :: else fi }
inline pass_on(me, number) { notify(3 + me, number) }
/* FutexCondition::wait_until, from the kernel's comparison to the return of the call. */
inline sleep_until_woken(me) {
    atomic { if :: tick -> tick = 0; healed = 1 :: else fi; sleep(me) };
end_asleep:
    do
    :: atomic { mode[me] == LOOKING -> k = WORTH_REMEMBERING(k); break }  /* woken, or refused */
    :: atomic { mode[me] == LIMBO -> if :: word == k -> mode[me] = ASLEEP :: else -> mode[me] = LOOKING fi }
    TICK
#ifdef DEADLINE
    :: atomic { me == 0 && mode[me] == ASLEEP -> if :: items > 0 -> items-- :: else fi; mode[me] = GONE; leaves = 1;
          k = 0; break }
    :: atomic { me == 0 && mode[me] == LOOKING -> leaves = 1; k = 0; break }
#endif
#ifdef STOP_TOKEN
    :: atomic { me == 0 && stop_requested && (mode[me] == ASLEEP || mode[me] == LOOKING) -> mode[me] = LOOKING; leaves = 1;
          k = 0; break }
#endif
    od
}
inline leave(me) {
#if MUTANT == no_baton
    atomic { mode[me] = GONE }
#else
    atomic { owes[3 + me] = A_LOOK; mode[me] = GONE }; pass_on(me, 1)
#endif
}
proctype Taker(byte me) GOES {
    byte k, w, mine, r, n; bit ok, all, again, took, tick, leaves, late;
    {
        do
        :: atomic { mode[me] == BUSY -> mode[me] = LOOKING };
           do
           ::
#if MUTANT == announced_after_look
              atomic { look(me) };
              if :: !took -> announce() :: took fi;
#else
              announce(); atomic { look(me) };
#endif
              if
              :: took -> break
              :: !took -> sleep_until_woken(me)
              fi;
              if :: leaves -> break :: !leaves fi
           od;
           if
           :: leaves -> if :: mode[me] == LOOKING -> leave(me) :: mode[me] == GONE fi; goto gone
           :: atomic { took && tick -> took = 0; tick = 0; mode[me] = BUSY;
#if MUTANT != tick_does_not_pass_on
                       n = items;
#endif
                       if :: n > 0 -> owes[3 + me] = A_LOOK :: n == 0 -> healed = 1 fi };
              if :: n > 0 -> pass_on(me, n); atomic { healed = 1; n = 0 } :: n == 0 fi
           :: atomic { took && !tick -> took = 0 }
           fi
        od;
gone:   skip
    } unless { mode[me] == DEAD }
}

/* ---- the watcher ----------------------------------------------------------------------------------------------------*/
#ifdef WATCHER
#if MUTANT == watcher_on_takers_word
#define ITS_WORD word
#else
#define ITS_WORD watchers_word
#endif
proctype Watcher() {
    byte k; bit saw;
    do
    :: atomic { watcher_mode == BUSY -> watcher_mode = LOOKING };
       do
       :: atomic { ITS_WORD = ANNOUNCED(ITS_WORD); k = ITS_WORD };
          atomic { if :: items > 0 -> saw = 1; watcher_mode = BUSY :: else fi };
          if :: saw -> break :: !saw fi;
          atomic { if :: ITS_WORD == k -> watcher_mode = ASLEEP :: else fi };
end_asleep:
          atomic { watcher_mode == LOOKING -> k = 0 }
       od;
       atomic { saw = 0; k = 0 }
    od
}
#endif

/* ---- who dies, is stopped, or has to leave --------------------------------------------------------------------------*/
proctype Fate() {
end:
#ifdef DEATH
    atomic { mode[0] = DEAD; damage = 1 }
#endif
#ifdef STOP
    atomic { stopped = 1; damage = 1; if :: mode[0] == ASLEEP -> mode[0] = LIMBO :: else fi };
    stopped = 0
#endif
#ifdef STOP_TOKEN
    stop_requested = 1
#endif
#ifdef PRODUCER_DIES
    atomic { producer_dead = 1; damage = 1; owes[PRODUCERS - 1] = NOTHING; owes_watcher[PRODUCERS - 1] = NOTHING }
#endif
#ifdef ALL_DIE
    atomic { mode[0] = DEAD; damage = 1 }; atomic { mode[1] = DEAD };
#if TAKERS == 3
    atomic { mode[2] = DEAD }
#endif
#endif
    skip
}
init {
    atomic {
#if TAKERS == 2
        mode[2] = GONE;
#endif
        run Producer(0);
#if PRODUCERS == 2
        run Producer(1);
#endif
        run Taker(0); run Taker(1);
#if TAKERS == 3
        run Taker(2);
#endif
#ifdef WATCHER
        run Watcher();
#endif
#ifdef SPINNER
        run Spinner();
#endif
        run Observer(); run Fate()
    }
}
