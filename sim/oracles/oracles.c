// SPDX-License-Identifier: GPL-2.0-only
#include "oracles.h"

#include "oracle.h"

static void (*const attach[SIM_NR_ORACLES])(struct sim_machine *m) = {
	[SIM_ORACLE_conservation] = sim_oracle_conservation_attach,
	[SIM_ORACLE_order] = sim_oracle_order_attach,
	[SIM_ORACLE_ack] = sim_oracle_ack_attach,
	[SIM_ORACLE_slot] = sim_oracle_slot_attach,
	[SIM_ORACLE_lock] = sim_oracle_lock_attach,
	[SIM_ORACLE_context] = sim_oracle_context_attach,
	[SIM_ORACLE_pool] = sim_oracle_pool_attach,
	[SIM_ORACLE_cache] = sim_oracle_cache_attach,
	[SIM_ORACLE_bounds] = sim_oracle_bounds_attach,
	[SIM_ORACLE_progress] = sim_oracle_progress_attach,
	[SIM_ORACLE_claim] = sim_oracle_claim_attach,
	[SIM_ORACLE_mask] = sim_oracle_mask_attach,
	[SIM_ORACLE_panic] = sim_oracle_panic_attach,
	[SIM_ORACLE_sink] = sim_oracle_sink_attach,
};

bool sim_oracle_exists(enum sim_oracle_id id)
{
	return (unsigned int)id < SIM_NR_ORACLES && attach[id];
}

void sim_oracles_attach(struct sim_machine *m, uint32_t which)
{
	sim_ledger_attach(m);
	for (unsigned int i = 0; i < SIM_NR_ORACLES; i++)
		if ((which >> i & 1) && attach[i])
			attach[i](m);
}
