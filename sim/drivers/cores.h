/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Cores as the command line names them: `lib`, or `kernel:DIR[,ghes=FILE][,arch=arm64|x86]`, each
 * in the builds that drivers need; or `so:FILE`, a shared object that exports ghes_core_ops_get().
 * That one is what it is, for each driver: inject refuses one without points.
 */
#ifndef SIM_DRIVERS_CORES_H
#define SIM_DRIVERS_CORES_H

#include "machine/machine.h"
#include "scenario/scenario.h"

/* How a core's code was compiled; see "The seam" in the manual. */
enum sim_flavour { SIM_NATIVE, SIM_STEPPED, SIM_INSTRUMENTED, SIM_STEPPED_TSAN, SIM_NR_FLAVOURS };

struct sim_core;

/* Parse @spec; NULL and one line in @error when it names no core. Builds nothing yet. */
struct sim_core *sim_core_open(const char *spec, char *error, size_t error_size);
void sim_core_close(struct sim_core *core);
const char *sim_core_name(const struct sim_core *core);
/* The same from any folder: paths are absolute. malloc'ed; NULL: out of memory. */
char *sim_core_spec(const struct sim_core *core);
/* What @driver chose, as a schedule's text; malloc'ed, NULL: out of memory, or a name too long. */
char *sim_core_schedule(const struct sim_core *core, const char *driver,
			const struct sim_scenario *scenario, uint64_t seed, const char *choices);
/* The shared object of a build that is loaded; NULL: it is in this program. */
const char *sim_core_path(const struct sim_core *core, enum sim_flavour flavour,
			  enum sim_arch arch);
/*
 * Before each machine: static state of a kernel core is put back to what it was when loaded.
 * The entry points in @flavour, building or loading it at first use; NULL and one line in @error
 * when that fails. Writable segments are registered with @m's snapshot by sim_core_attach().
 */
const struct ghes_core_ops *sim_core_ops(struct sim_core *core, enum sim_flavour flavour,
					 enum sim_arch arch, char *error, size_t error_size);
/*
 * A number that another build of the core, or of this program, does not share: what was found out
 * about this one holds as long as it is the same. After sim_core_ops(). 0: cannot be read.
 */
uint64_t sim_core_build_id(struct sim_core *core, enum sim_flavour flavour, enum sim_arch arch);
/* The points of the stepped build, once sim_core_ops() has loaded it. */
struct ghes_step_module;
const struct ghes_step_module *sim_core_step_module(struct sim_core *core, enum sim_arch arch);
/* Likewise of SIM_STEPPED_TSAN. */
const struct ghes_step_module *sim_core_tsan_module(struct sim_core *core, enum sim_arch arch);
int sim_core_attach(struct sim_core *core, enum sim_flavour flavour, enum sim_arch arch,
		    struct sim_machine *m);

#endif
