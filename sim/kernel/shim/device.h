/* SPDX-License-Identifier: GPL-2.0-only */
/* Devices, drivers, interrupts, NMIs, notifier chains. */
#ifndef SHIM_DEVICE_H
#define SHIM_DEVICE_H

/* === SAME === */
struct device_driver {
	const char *name;
	struct module *owner;
	const void *acpi_match_table;
	const void *of_match_table;
};
struct device_node;
struct bus_type;
struct device {
	void *platform_data;
	void *driver_data;
	const char *init_name;
	struct device *parent;
	struct device_driver *driver;
	struct device_node *of_node;
	void *release_list;
};
#define dev_name(dev)		   ((dev)->init_name)
#define dev_get_drvdata(dev)	   ((dev)->driver_data)
#define dev_set_drvdata(dev, data) ((dev)->driver_data = (data))
struct resource {
	resource_size_t start, end;
	const char *name;
	unsigned long flags;
};

struct platform_device {
	const char *name;
	int id;
	struct device dev;
	/* The shim's, see device.c. */
	char shim_name[24];
	bool shim_bound;
	struct platform_device *shim_next;  /* in the order of the HEST */
	struct platform_device *shim_chain; /* same hash of the source id */
	struct timer_list *shim_timer;
	bool shim_timer_added;
	unsigned int shim_irq;
	int (*shim_handler)(int irq, void *dev_id); /* NULL: none */
	void *shim_dev_id;
};
#define to_platform_device(x) container_of(x, struct platform_device, dev)
struct platform_device *platform_device_alloc(const char *name, int id);
int platform_device_add_data(struct platform_device *pdev, const void *data, size_t size);
int platform_device_add(struct platform_device *pdev);
void platform_device_put(struct platform_device *pdev);
void platform_device_unregister(struct platform_device *pdev);
#define platform_get_drvdata(pdev)	 ((pdev)->dev.driver_data)
#define platform_set_drvdata(pdev, data) ((pdev)->dev.driver_data = (data))

/* How remove is called is the tree's: build.c looks at which of the two ghes.c names. */
struct platform_driver {
	int (*probe)(struct platform_device *pdev);
#ifdef SHIM_REMOVE_RETURNS_INT
	int (*remove)(struct platform_device *pdev);
#else
	void (*remove)(struct platform_device *pdev);
#endif
	void (*remove_new)(struct platform_device *pdev);
	void (*shutdown)(struct platform_device *pdev);
	struct device_driver driver;
};
int platform_driver_register(struct platform_driver *driver);
void platform_driver_unregister(struct platform_driver *driver);
#define module_platform_driver(drv)                                                                \
	static int shim_register_##drv(void)                                                       \
	{                                                                                          \
		return platform_driver_register(&drv);                                             \
	}                                                                                          \
	device_initcall(shim_register_##drv)

typedef int irqreturn_t;
enum { IRQ_NONE, IRQ_HANDLED, IRQ_WAKE_THREAD };
#define IRQ_RETVAL(x) ((x) ? IRQ_HANDLED : IRQ_NONE)
#define IRQF_SHARED   0x80
typedef irqreturn_t (*irq_handler_t)(int irq, void *dev_id);
int request_irq(unsigned int irq, irq_handler_t handler, unsigned long flags, const char *name,
		void *dev_id);
const void *free_irq(unsigned int irq, void *dev_id);

struct pt_regs {
	bool user;
	unsigned long pstate;
};
#define user_mode(regs) ((regs)->user)
enum { NMI_LOCAL, NMI_UNKNOWN, NMI_SERR, NMI_IO_CHECK };
enum { NMI_DONE, NMI_HANDLED };
typedef int (*nmi_handler_t)(unsigned int cmd, struct pt_regs *regs);
int shim_register_nmi_handler(nmi_handler_t fn, const char *name);
#define register_nmi_handler(type, fn, flags, name, ...) shim_register_nmi_handler(fn, name)
void unregister_nmi_handler(unsigned int type, const char *name);

struct notifier_block;
typedef int (*notifier_fn_t)(struct notifier_block *nb, unsigned long action, void *data);
struct notifier_block {
	notifier_fn_t notifier_call;
	struct notifier_block *next;
	int priority;
};
#define NOTIFY_DONE	 0x0000
#define NOTIFY_OK	 0x0001
#define NOTIFY_STOP_MASK 0x8000
#define NOTIFY_BAD	 (NOTIFY_STOP_MASK | 0x0002)
#define NOTIFY_STOP	 (NOTIFY_OK | NOTIFY_STOP_MASK)
struct atomic_notifier_head {
	spinlock_t lock;
	struct notifier_block *head;
};
struct blocking_notifier_head {
	struct rw_semaphore rwsem;
	struct notifier_block *head;
};
#define ATOMIC_NOTIFIER_HEAD(n)                                                                    \
	struct atomic_notifier_head n = {.lock = __SPIN_LOCK_UNLOCKED(n.lock)}
#define BLOCKING_NOTIFIER_HEAD(n)                                                                  \
	struct blocking_notifier_head n = {.rwsem = __RWSEM_INITIALIZER(n.rwsem)}
int atomic_notifier_chain_register(struct atomic_notifier_head *nh, struct notifier_block *nb);
int atomic_notifier_chain_unregister(struct atomic_notifier_head *nh, struct notifier_block *nb);
int atomic_notifier_call_chain(struct atomic_notifier_head *nh, unsigned long val, void *v);
int blocking_notifier_chain_register(struct blocking_notifier_head *nh, struct notifier_block *nb);
int blocking_notifier_chain_unregister(struct blocking_notifier_head *nh,
				       struct notifier_block *nb);
int blocking_notifier_call_chain(struct blocking_notifier_head *nh, unsigned long val, void *v);

/* === STUB === */
/* Managed resources: an action that is to run when a device goes is never run; see notes there. */
static inline int devm_add_action_or_reset(struct device *dev, void (*action)(void *), void *data)
{
	return 0;
}
/* genalloc.c's named pools: nothing here asks for one. */
static inline void *devres_find(struct device *dev, void *release, void *match, void *data)
{
	return NULL;
}
#define devres_alloc(release, size, gfp) kzalloc(size, gfp)
#define devres_add(dev, res)                                                                       \
	do {                                                                                       \
	} while (0)
#define devres_free(res)		   kfree(res)
/* Regions of I/O memory and ports: EINJ and ERST claim them, the GHES core does not. */
#define request_mem_region(start, n, name) ((struct resource *)1)
#define release_mem_region(start, n)                                                               \
	do {                                                                                       \
	} while (0)
#define request_region(start, n, name) ((struct resource *)1)
#define release_region(start, n)                                                                   \
	do {                                                                                       \
	} while (0)
struct dentry;
static inline struct dentry *debugfs_create_dir(const char *name, struct dentry *parent)
{
	return NULL;
}
struct kref {
	int refcount;
};

#endif
