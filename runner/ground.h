// SPDX-License-Identifier: ISC
//
// ground.h - what cases stand on: pipes in every way, bytes in them, signals, the
// host.  A must_ function ends the trial as BROKEN, or as SKIP where the machine
// lacks something, so what it returns needs no check.  Part of case.h.

#ifndef GROUND_H
#define GROUND_H

#ifndef CASE_H
#error "include case.h"
#endif

struct pipe {
	int rd, wr;
};

// A size for every page size.
struct extent {
	long pages, bytes;
};
size_t bytes_in(struct extent e);

enum pipe_end { READ_END, WRITE_END };
int this_end(const struct pipe *p, enum pipe_end end);
int other_end(const struct pipe *p, enum pipe_end end);
// The rows of a case that is made for one end and for the other.
struct end_row {
	const char *name;
	enum pipe_end end;
};
extern const struct end_row either_end[2];

// A pipe of DEFAULT_PAGES (one page by BY_ONE_PAGE), O_NONBLOCK in `flags` on
// both ends; SKIP where the machine's limits do not leave room for it.
struct pipe must_pipe(struct trial *t, int flags);
struct pipe must_pipe_by(struct trial *t, enum way way, int flags);
enum way trial_way(const struct trial *t);
const void *trial_row(const struct trial *t);
bool trial_has_capability(int capability); // effective in this process

size_t page_size(void);                        // bytes
size_t must_capacity(struct trial *t, int fd); // bytes, F_GETPIPE_SZ
size_t must_unread(struct trial *t, int fd);   // bytes, FIONREAD
// Writes whole pages and one part of a page until just `room` bytes are free:
// room / page slots, and room % page bytes behind the last byte written.
// Returns how many bytes it wrote.
size_t must_fill(struct trial *t, const struct pipe *p, size_t room);
void must_read(struct trial *t, int fd, void *bytes, size_t size); // all of it
void must_write(struct trial *t, int fd, const void *bytes, size_t size);
// The stream of records.h, from `place` on: in memory from must_share(), and written at once.
char *must_stream(struct trial *t, size_t place, size_t size);
void must_write_stream(struct trial *t, int fd, size_t place, size_t size);
// splice() of one byte, so many times: `count`, or what the one that moved nothing came to.
long splice_bytes(int from, int to, long count);
// A pipe, or a file without a name at offset 0, that holds the first `size` bytes of it.
struct pipe must_stream_pipe(struct trial *t, size_t size);
int must_stream_file(struct trial *t, size_t size);
// One read() returns `size` bytes, and they are those of the stream from `place` on.
#define expect_stream(t, fd, place, size)                                                          \
	expect_stream_((t), HERE("read() of the stream, " #size " from " #place), (fd), (place),   \
		       (size))
void expect_stream_(struct trial *t, const struct here *at, int fd, size_t place, size_t size);
// The same of bytes that have been read.
#define expect_streamed(t, bytes, place, size)                                                     \
	expect_streamed_((t), HERE(#bytes " are " #size " from " #place), (bytes), (place), (size))
void expect_streamed_(struct trial *t, const struct here *at, const void *bytes, size_t place,
		      size_t size);
// `size` bytes come, in one read() or in several, as POSIX leaves it.
#define expect_pieces(t, fd, bytes, size)                                                          \
	expect_pieces_((t), HERE("read() of " #size " bytes, in any pieces"), (fd), (bytes), (size))
void expect_pieces_(struct trial *t, const struct here *at, int fd, void *bytes, size_t size);
// What comes until read() fails with EAGAIN, at most `most` bytes; returns how many.  Leaves the
// descriptor with O_NONBLOCK.
#define expect_all_there_is(t, fd, bytes, most)                                                    \
	expect_all_there_is_((t), HERE("read() of what is there"), (fd), (bytes), (most))
size_t expect_all_there_is_(struct trial *t, const struct here *at, int fd, void *bytes,
			    size_t most);
// read() finds nothing: EAGAIN.  Leaves the descriptor with O_NONBLOCK.
#define expect_nothing_more(t, fd)                                                                 \
	expect_nothing_more_((t), HERE("read() of what is left in " #fd), (fd))
void expect_nothing_more_(struct trial *t, const struct here *at, int fd);
// One read() that asks for more returns just `size` bytes, of the stream from `place` on.
#define expect_packet(t, fd, place, size)                                                          \
	expect_packet_((t), HERE("read() of " #fd), (fd), (place), (size))
void expect_packet_(struct trial *t, const struct here *at, int fd, size_t place, size_t size);
// poll() of `fd`, asked for every event there is, returns at once and tells of just `events`.
#define expect_events(t, fd, events) expect_events_((t), HERE("poll() of " #fd), (fd), (events))
void expect_events_(struct trial *t, const struct here *at, int fd, short want);
// poll() of `fd`, asked for nothing, tells POLLHUP or does not; of other events nothing is claimed.
#define expect_hangup(t, fd, told) expect_hangup_((t), HERE("poll() of " #fd), (fd), (told))
void expect_hangup_(struct trial *t, const struct here *at, int fd, bool told);
// An epoll instance; an entry of `fd` in it, which carries the descriptor's number.
int must_epoll(struct trial *t);
void must_watch_by(struct trial *t, int epoll, int fd, uint32_t events);
// epoll_wait() returns at once and tells of just `fd`, or of nothing.
#define expect_epoll_tells(t, epoll, fd, events)                                                   \
	expect_epoll_tells_((t), HERE("epoll_wait() of " #epoll), (epoll), (fd), (events))
void expect_epoll_tells_(struct trial *t, const struct here *at, int epoll, int fd,
			 uint32_t events);
#define expect_epoll_quiet(t, epoll)                                                               \
	expect_epoll_quiet_((t), HERE("epoll_wait() of " #epoll), (epoll))
void expect_epoll_quiet_(struct trial *t, const struct here *at, int epoll);
void must_set_nonblocking(struct trial *t, int fd, bool on);
void must_empty(struct trial *t, int fd);              // reads all there is
void must_set_async(struct trial *t, int fd, bool on); // O_ASYNC
// Memory that all processes started afterwards share; zeroed; never NULL.
void *must_share(struct trial *t, size_t size);
// `mapped` bytes of it that end at a page of which `beyond` bytes cannot be accessed.
void *must_map_part(struct trial *t, size_t mapped, size_t beyond);
// The page budget of a user: pipe(7), "/proc files".  Pages are charged by capacity.
long must_largest_pages(struct trial *t); // pages of one pipe, pipe-max-size
// pipe-max-size in bytes, if pipes of twice that size are likely to find memory; else SKIP.
long must_modest_max_size(struct trial *t);
// One descriptor, open for reading, of a pipe made in the way of the trial: of
// the capacity the kernel gives, or of `pages` (a power of two).
int must_new_pipe(struct trial *t);
int must_sized_pipe(struct trial *t, long pages);
// Holds pipes of `pages` in all, as few as it takes, until the process ends; or
// of as many as leave just `left` below the soft limit, beside `held`.
void must_hold_pages(struct trial *t, long pages);
void must_leave_pages(struct trial *t, long left, long held);
// What pipe(), or open() of a FIFO, came to, within must() or expect(); SKIP where the
// hard limit may have refused it.
long unless_limited(struct trial *t, long n);
// F_SETPIPE_SZ within must() or expect(); SKIP where a limit may have refused it.
long set_capacity(struct trial *t, int fd, size_t bytes);
// Actors that close the end they do not use and attempt one call, and the start of one that must
// block in it.
struct pipe_call {
	struct pipe p;
	const char *bytes; // to be written
	size_t size;
};
void attempt_read(struct trial *t, const void *arg); // of a struct pipe_call
void attempt_write(struct trial *t, const void *arg);
struct actor *start_asleep(struct trial *t, actor_body *body, const struct pipe_call *c);
// Raises the soft RLIMIT_NOFILE to what `count` more descriptors take, or SKIP.
void must_have_descriptors(struct trial *t, size_t count);
// Lowers it until just `count` more can be had; none may be closed meanwhile.
void must_leave_descriptors(struct trial *t, size_t count);
// Starts an actor that executes this program over itself, with the descriptors it
// inherited, and returns once the program runs, which it does until it is killed.
struct actor *must_execute(struct trial *t);
// What that actor does: the program prints to `output` until that is full; needs need_proc.
_Noreturn void must_become_program(struct trial *t, int output);
// A path for a FIFO in the run's scratch directory, or SKIP filesystem.
const char *must_fifo(struct trial *t, mode_t mode);
// A directory there, which may have no directories in it, or SKIP filesystem.
const char *must_directory(struct trial *t, mode_t mode);
// Returns once a change there gets another time of change than that of `changed`.
struct stat;
void must_pass_time(struct trial *t, const struct stat *changed);
// open() with O_CLOEXEC of a file that a machine may lack or forbid, and then SKIP.
int must_open_file(struct trial *t, const char *path, int flags);
// open() of a FIFO with O_CLOEXEC; SKIP where pipe-user-pages-hard may have refused it.
int must_open_end(struct trial *t, const char *path, int flags);

// System calls that C libraries lack, to be made within must(), expect() and attempt(), which
// skip where a kernel lacks them.  preadv2(2) and pwritev2(2) at offset -1, the stream's own:
struct iovec;
long read_flagged(int fd, const struct iovec *vectors, int count, int flags);
long write_flagged(int fd, const struct iovec *vectors, int count, int flags);
// io_setup(2), for one request at a time; io_submit(2) of a write; io_getevents(2) of what it
// came to, a count of bytes or an errno below 0.
long aio_setup(unsigned long *context);
long aio_submit(unsigned long context, int fd, const void *bytes, size_t size);
long aio_collect(unsigned long context, int64_t *result);
// cachestat(2); landlock_create_ruleset(2) and landlock_restrict_self(2).
struct abi_cache_range;
struct abi_cache_stat;
struct abi_landlock_ruleset;
long cache_stat(int fd, const struct abi_cache_range *range, struct abi_cache_stat *stat);
long landlock_ruleset(const struct abi_landlock_ruleset *guarded);
long landlock_self(int ruleset);
// pidfd_open(2) and pidfd_getfd(2).
long open_process(pid_t pid);
long take_descriptor(int process, int fd);

// epoll_pwait2(2) of one event, without a mask; milliseconds, below 0 for ever.
struct epoll_event;
long epoll_wait2(int fd, struct epoll_event *event, long timeout_ms);

// Two processes ask for the last of something in the same instant, in 500 rounds or more (race.c
// says why so many); what both get in a round must not exceed `room`.
enum { RACERS = 2 };
struct racer {
	long (*take)(struct trial *t, const struct racer *me); // -1: there was no room
	void (*give_back)(struct trial *t, const struct racer *me, long taken);
	long size; // what take() takes of the room
	int fd;    // for the two functions
};
void expect_no_overshoot(struct trial *t, const struct racer racers[RACERS], long room);

// Signals.  What arrives is counted for the whole trial, whichever process or
// thread it reached.
struct caught {
	unsigned count;
	int code;       // si_code of the last one
	pid_t sender;   // si_pid of the last one
	pid_t receiver; // thread id that ran the handler last
};
void must_catch(struct trial *t, int signal, int sa_flags);
void must_ignore(struct trial *t, int signal);
void must_queue_signals(struct trial *t);                  // a few real-time ones can be, or SKIP
void must_close_queue(struct trial *t);                    // and no more from now on
void must_mask(struct trial *t, int signal, bool blocked); // calling thread
struct caught caught(const struct trial *t, int signal);
void must_signal(struct trial *t, const struct actor *actor, int signal);
// The same with a signal that is caught; returns once another handler has run.
void must_interrupt(struct trial *t, const struct actor *actor, int signal);
// Returns once the actor, a process, has stopped; SIGCONT lets it go on.
void must_stop(struct trial *t, const struct actor *actor);
pid_t thread_id(void);

// A read() or write() handed in through io_uring, and what it came to, as the call
// returns it; takes need_io_uring.  The second is cancelled before it is waited for.
struct ring_request {
	bool write, nowait; // RWF_NOWAIT
	int fd;
	void *bytes;
	size_t size;
};
long by_ring(struct trial *t, const struct ring_request *request);
long cancelled_in_ring(struct trial *t, const struct ring_request *request);

// Host and credentials.
long must_sysctl(struct trial *t, const char *name);           // "fs/pipe-max-size"
void must_tune(struct trial *t, const char *name, long value); // named in .tunes
// What write() of `text` to a sysctl of .tunes, or splice() of it from a pipe, comes to: 0, or -1
// with errno.  Within expect(); the value is put back after the trial, as with must_tune().
long tune(struct trial *t, const char *name, const char *text);
long tune_by_splice(struct trial *t, const char *name, const char *text);
void must_drop_capability(struct trial *t, int capability);

// This process becomes uid 0 and gid 0 of a new user namespace, which only it is in, and gets new
// namespaces of the other `kinds` (CLONE_NEWPID ...); SKIP where none can be made.
void must_enter_namespaces(struct trial *t, int kinds);

// The body that `.stranger` names runs beside the case, in a process whose uid
// is another of the trial's own (SKIP profile where no second uid can be had).
// Each of the two has one end of a socket pair to hand descriptors over by.
void must_send_descriptor(struct trial *t, int fd);
int must_receive_descriptor(struct trial *t);
// The same over a socket of the case's own, with one byte of data.
void must_send_over(struct trial *t, int socket, int fd);
int must_receive_over(struct trial *t, int socket);

#endif
