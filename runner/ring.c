// SPDX-License-Identifier: ISC
// Reads and writes through io_uring, by plain system calls: io_uring_enter(2).

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "abi.h"
#include "trial.h"

enum {
	ENTRIES = 4, // more than are ever in flight
	QUEUES_SIZE = 4096,
};

enum tag { TRANSFER, CANCEL, TAGS };

struct ring {
	int fd;
	struct abi_uring_params params;
	char *queues;
	struct abi_uring_request *requests;
};

static void *must_map(struct trial *t, const struct ring *r, long offset, size_t size)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, offset);

	must(t, at == MAP_FAILED ? -1 : 0);
	return at;
}

static void must_set_up(struct trial *t, struct ring *r)
{
	*r = (struct ring){ 0 };
	r->fd = (int)must(t, syscall(ABI_SYS_IO_URING_SETUP, ENTRIES, &r->params));
	r->queues = must_map(t, r, ABI_IORING_OFF_QUEUES, QUEUES_SIZE);
	r->requests = must_map(t, r, ABI_IORING_OFF_REQUESTS, ENTRIES * sizeof *r->requests);
}

static void tear_down(struct ring *r)
{
	munmap(r->queues, QUEUES_SIZE);
	munmap(r->requests, ENTRIES * sizeof *r->requests);
	close(r->fd);
}

static _Atomic uint32_t *word(const struct ring *r, uint32_t offset)
{
	return (_Atomic uint32_t *)(void *)(r->queues + offset);
}

static void must_submit(struct trial *t, const struct ring *r,
			const struct abi_uring_request *request)
{
	const struct abi_uring_submissions *s = &r->params.submissions;
	uint32_t tail = *word(r, s->tail), index = tail & *word(r, s->mask);

	r->requests[index] = *request;
	*word(r, s->array + index * (uint32_t)sizeof index) = index;
	atomic_store(word(r, s->tail), tail + 1);
	must(t, syscall(ABI_SYS_IO_URING_ENTER, r->fd, 1, 0, 0, NULL, 0));
}

static bool is_complete(const struct ring *r)
{
	const struct abi_uring_completions *c = &r->params.completions;

	return *word(r, c->head) != atomic_load(word(r, c->tail));
}

// Whatever of the two is complete first.
static struct abi_uring_completion must_wait(struct trial *t, const struct ring *r)
{
	const struct abi_uring_completions *c = &r->params.completions;
	struct abi_uring_completion next;

	while (!is_complete(r))
		if (syscall(ABI_SYS_IO_URING_ENTER, r->fd, 0, 1, ABI_IORING_ENTER_GETEVENTS, NULL,
			    0) == -1 &&
		    errno != EINTR)
			decide(t, BROKEN, HERE("io_uring_enter()"), "success", "failure");
	uint32_t head = *word(r, c->head), index = head & *word(r, c->mask);
	memcpy(&next, r->queues + c->array + index * sizeof next, sizeof next);
	atomic_store(word(r, c->head), head + 1);
	if (next.result == -EINVAL) // the rings are older than their reads and writes
		skip(t, "absent: IORING_OP_READ, IORING_OP_WRITE or IORING_OP_ASYNC_CANCEL");
	if (next.tag >= TAGS)
		decide(t, BROKEN, HERE("io_uring_enter()"), "a request of ours", "another");
	return next;
}

static void must_submit_transfer(struct trial *t, const struct ring *r,
				 const struct ring_request *request)
{
	must_submit(t, r,
		    &(struct abi_uring_request){ .opcode = request->write ? ABI_IORING_OP_WRITE
									  : ABI_IORING_OP_READ,
						 .fd = request->fd,
						 .offset = UINT64_MAX, // at the current position
						 .address = (uintptr_t)request->bytes,
						 .size = (uint32_t)request->size,
						 .options = request->nowait ? ABI_RWF_NOWAIT : 0,
						 .tag = TRANSFER });
}

static long as_a_call(struct ring *r, int result)
{
	tear_down(r);
	errno = result < 0 ? -result : 0;
	return result < 0 ? -1 : result;
}

long by_ring(struct trial *t, const struct ring_request *request)
{
	struct ring r;

	must_set_up(t, &r);
	must_submit_transfer(t, &r, request);
	return as_a_call(&r, must_wait(t, &r).result);
}

long cancelled_in_ring(struct trial *t, const struct ring_request *request)
{
	struct abi_uring_completion done[TAGS];
	struct ring r;

	must_set_up(t, &r);
	must_submit_transfer(t, &r, request);
	must_submit(t, &r,
		    &(struct abi_uring_request){ .opcode = ABI_IORING_OP_ASYNC_CANCEL,
						 .address = TRANSFER,
						 .tag = CANCEL });
	for (int i = 0; i < TAGS; i++) {
		const struct abi_uring_completion next = must_wait(t, &r);
		done[next.tag] = next;
	}
	note(t, "the cancelling came to %d", done[CANCEL].result);
	return as_a_call(&r, done[TRANSFER].result);
}
