/*
 * Copyright (c) 2026 The connmgr-hil authors
 * SPDX-License-Identifier: Apache-2.0
 */

/*
 * What the firmware's sources use of Zephyr, declared in our own words as release RELEASE declares
 * it (401: 4.1, 405: 4.5), so that they can be compiled where there is no tree. It stands for every
 * header of Zephyr. Nothing here does anything.
 */

#ifndef ZEPHYR_AS_DECLARED_H_
#define ZEPHYR_AS_DECLARED_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define CONFIG_NET_IPV4                1
#define CONFIG_NET_IPV6                1
#define CONFIG_NET_IF_MAX_IPV4_COUNT   4
#define CONFIG_NET_IF_MAX_IPV6_COUNT   4
#define CONFIG_NET_MGMT_EVENT_QUEUE    1
#define CONFIG_NET_MGMT_EVENT_QUEUE_SIZE 5
#define CONFIG_NET_NATIVE_IPV4         1
#define CONFIG_CM_APP_WIFI_SSID        "name"
#define CONFIG_CM_APP_WIFI_PSK         "password"
#define CONFIG_WIFI_INIT_PRIORITY      80

/* Version */
#define KERNEL_VERSION_NUMBER (((RELEASE / 100) << 16) | ((RELEASE % 100) << 8))
#define KERNEL_VERSION_MAJOR 4
#if RELEASE >= 405
#define KERNEL_VERSION_MINOR 5
#else
#define KERNEL_VERSION_MINOR 1
#endif

/* Utilities */
#define ARG_UNUSED(_x)                 (void)(_x)
#define ARRAY_SIZE(_array)             (sizeof(_array) / sizeof((_array)[0]))
#define BIT(_n)                        (1UL << (_n))
#define CONTAINER_OF(_p, _type, _field) ((_type *)((char *)(_p) - offsetof(_type, _field)))
#define IS_ENABLED(_option)            1
#define MAX(_a, _b)                    ((_a) > (_b) ? (_a) : (_b))
#define MIN(_a, _b)                    ((_a) < (_b) ? (_a) : (_b))
#define STRINGIFY_(_x)                 #_x
#define STRINGIFY(_x)                  STRINGIFY_(_x)
#define STRUCT_SECTION_ITERABLE(_type, _name) struct _type _name
#define __maybe_unused                 __attribute__((unused))
#define __weak                         __attribute__((weak))
#define BUILD_ASSERT(_what, ...)       _Static_assert(_what, "" __VA_ARGS__)

/* Kernel */
typedef struct {
	int64_t ticks;
} k_timeout_t;
#define K_FOREVER    ((k_timeout_t){-1})
#define K_NO_WAIT    ((k_timeout_t){0})
#define K_MSEC(_ms)  ((k_timeout_t){(_ms)})

typedef struct {
	void *first;
} _wait_q_t;
struct k_thread {
	int priority;
};
typedef struct k_thread *k_tid_t;
struct k_sem {
	_wait_q_t wait_q;
	unsigned int count;
};
struct k_mutex {
	_wait_q_t wait_q;
	k_tid_t owner;
};
struct k_timer;
typedef void (*k_timer_expiry_t)(struct k_timer *timer);
struct k_timer {
	k_timer_expiry_t expiry_fn;
};
struct k_msgq {
	uint32_t used_msgs;
};
struct k_work;
typedef void (*k_work_handler_t)(struct k_work *work);
struct k_work {
	k_work_handler_t handler;
};
struct k_work_delayable {
	struct k_work work;
};
struct k_work_q {
#if RELEASE < 405
	struct k_thread thread;
#else
	k_tid_t thread_id;
#endif
	_wait_q_t notifyq;
};
struct arch_esf {
	uintptr_t pc;
};
extern struct k_work_q k_sys_work_q;

#define K_SEM_DEFINE(_name, _count, _limit) struct k_sem _name = {.count = (_count)}
#define K_MUTEX_DEFINE(_name)               struct k_mutex _name

k_tid_t k_current_get(void);
k_tid_t k_work_queue_thread_get(struct k_work_q *queue);
uint32_t k_msgq_num_used_get(struct k_msgq *queue);
int k_mutex_lock(struct k_mutex *mutex, k_timeout_t timeout);
int k_mutex_unlock(struct k_mutex *mutex);
void k_sem_give(struct k_sem *sem);
void k_sem_reset(struct k_sem *sem);
int k_sem_take(struct k_sem *sem, k_timeout_t timeout);
void k_timer_stop(struct k_timer *timer);
void k_work_init(struct k_work *work, k_work_handler_t handler);
int k_work_submit(struct k_work *work);
void k_work_init_delayable(struct k_work_delayable *work, k_work_handler_t handler);
int k_work_cancel_delayable(struct k_work_delayable *work);
int k_work_schedule(struct k_work_delayable *work, k_timeout_t delay);
int k_work_reschedule(struct k_work_delayable *work, k_timeout_t delay);
bool k_is_in_isr(void);
uint32_t sys_rand32_get(void);

struct device {
	const void *api;
	void *data;
};
struct log_backend {
	int id;
};
struct shell {
	int id;
};

/* Network names: with prefixes alone, as with CONFIG_NET_NAMESPACE_COMPAT_MODE=n */
#if RELEASE >= 404
#define NET_AF_UNSPEC 0
#define NET_AF_INET   1
#define NET_AF_INET6  2
#define IN_ADDR       net_in_addr
#define IN6_ADDR      net_in6_addr
#define SOCKADDR      net_sockaddr
#define SOCKADDR_IN   net_sockaddr_in
typedef unsigned short net_sa_family_t;
#define FAMILY net_sa_family_t
#else
#define AF_UNSPEC   0
#define AF_INET     1
#define AF_INET6    2
#define IN_ADDR     in_addr
#define IN6_ADDR    in6_addr
#define SOCKADDR    sockaddr
#define SOCKADDR_IN sockaddr_in
typedef unsigned short sa_family_t;
#define FAMILY sa_family_t
#endif
#define NET_IPV4_ADDR_LEN 16
#define NET_IPV6_ADDR_LEN 46

struct IN_ADDR {
	uint8_t s4_addr[4];
};
struct IN6_ADDR {
	uint8_t s6_addr[16];
};
struct SOCKADDR {
	FAMILY sa_family;
};
struct SOCKADDR_IN {
	FAMILY sin_family;
	uint16_t sin_port;
	struct IN_ADDR sin_addr;
};
struct net_addr {
	FAMILY family;
	union {
		struct IN_ADDR IN_ADDR;
		struct IN6_ADDR IN6_ADDR;
	};
};

int net_addr_pton(FAMILY family, const char *text, void *to);
char *net_addr_ntop(FAMILY family, const void *from, char *text, size_t size);
bool net_ipv4_addr_cmp(const struct IN_ADDR *a, const struct IN_ADDR *b);
bool net_ipv6_addr_cmp(const struct IN6_ADDR *a, const struct IN6_ADDR *b);
bool net_ipv4_is_ll_addr(const struct IN_ADDR *addr);
bool net_ipv6_is_ll_addr(const struct IN6_ADDR *addr);
bool net_ipv4_is_addr_unspecified(const struct IN_ADDR *addr);

/* Ifaces */
#define NET_IF_MAX_IPV4_ADDR 2
#define NET_IF_MAX_IPV6_ADDR 2
#define NET_ETH_MTU          1500

enum net_link_type { NET_LINK_UNKNOWN, NET_LINK_ETHERNET = 3, NET_LINK_DUMMY };

enum net_addr_state { NET_ADDR_TENTATIVE, NET_ADDR_PREFERRED, NET_ADDR_DEPRECATED };
enum net_addr_type { NET_ADDR_MANUAL = 3 };
enum net_verdict { NET_OK, NET_CONTINUE, NET_DROP };

struct net_if_addr {
	struct net_addr address;
	enum net_addr_state addr_state;
	bool is_used;
};
struct net_if_addr_ipv4 {
	struct net_if_addr ipv4;
};
struct net_if_ipv4 {
	struct net_if_addr_ipv4 unicast[NET_IF_MAX_IPV4_ADDR];
	struct IN_ADDR gw;
};
struct net_if_ipv6 {
	struct net_if_addr unicast[NET_IF_MAX_IPV6_ADDR];
};
struct net_offload {
	int id;
};
struct net_if_dev {
	struct net_offload *offload;
};
struct net_if {
	struct net_if_dev *if_dev;
	struct {
		struct {
			struct net_if_ipv4 *ipv4;
			struct net_if_ipv6 *ipv6;
		} ip;
	} config;
};
struct net_if_api {
	void (*init)(struct net_if *iface);
};
struct net_l2 {
	int flags;
};
struct net_pkt;

int net_if_get_by_iface(struct net_if *iface);
void net_if_foreach(void (*callback)(struct net_if *iface, void *user_data), void *user_data);
void *net_if_l2_data(struct net_if *iface);
int net_if_set_link_addr(struct net_if *iface, uint8_t *addr, uint8_t len, int type);
void net_if_carrier_on(struct net_if *iface);
void net_if_carrier_off(struct net_if *iface);
struct net_if_addr *net_if_ipv4_addr_add(struct net_if *iface, struct IN_ADDR *addr,
					 enum net_addr_type type, uint32_t lifetime);
bool net_if_ipv4_addr_rm(struct net_if *iface, const struct IN_ADDR *addr);
struct net_if_addr *net_if_ipv6_addr_add(struct net_if *iface, struct IN6_ADDR *addr,
					 enum net_addr_type type, uint32_t lifetime);
bool net_if_ipv6_addr_rm(struct net_if *iface, const struct IN6_ADDR *addr);

size_t net_pkt_get_len(struct net_pkt *pkt);
int net_pkt_read(struct net_pkt *pkt, void *data, size_t len);
int net_pkt_write(struct net_pkt *pkt, const void *data, size_t len);
void net_pkt_unref(struct net_pkt *pkt);
struct net_pkt *net_pkt_rx_alloc_with_buffer(struct net_if *iface, size_t size, FAMILY family,
					     int proto, k_timeout_t timeout);
int net_recv_data(struct net_if *iface, struct net_pkt *pkt);

/* Events: a bit for each command since 4.2 */
#if RELEASE >= 402
#define NET_MGMT_EVENT_BIT       (1ULL << 63)
#define NET_MGMT_LAYER(_layer)   ((uint64_t)(_layer) << 60)
#define NET_MGMT_LAYER_CODE(_c)  ((uint64_t)(_c) << 52)
#define NET_MGMT_COMMAND_MASK    ((1ULL << 52) - 1)
#else
#define NET_MGMT_EVENT_BIT       0x80000000
#define NET_MGMT_LAYER(_layer)   ((_layer) << 28)
#define NET_MGMT_LAYER_CODE(_c)  ((_c) << 16)
#define NET_MGMT_COMMAND_MASK    0xffff
#endif
#define NET_MGMT_LAYER_L4          3
#define NET_EVENT_L4_IPV4_CONNECTED 1
#if RELEASE >= 403
#define NET_EVENT_CONN_IF_IDLE_TIMEOUT 4
#endif
#if RELEASE >= 405
#define NET_EVENT_CONN_IF_NO_CONFIGURATION 8
#endif

/* Connection Manager */
#define CONN_MGR_IF_NO_TIMEOUT 0

struct conn_mgr_conn_impl;
struct conn_mgr_conn_binding {
	struct net_if *iface;
	struct k_work_delayable idle_worker;
};
#define CONN_MGR_BIND_CONN(_device, _impl)    extern const int bound_##_device
#define CONN_MGR_CONN_IMPL_GET_NAME(_impl)    impl_##_impl
#define CONN_MGR_CONN_DECLARE_PUBLIC(_impl)   extern const struct conn_mgr_conn_impl impl_##_impl

uint16_t conn_mgr_if_state(struct net_if *iface);
struct conn_mgr_conn_binding *conn_mgr_if_get_binding(struct net_if *iface);
int conn_mgr_if_set_idle_timeout(struct net_if *iface, int seconds);

/* ICMP */
#define NET_ICMPV4_ECHO_REPLY 0

struct net_icmp_ip_hdr;
struct net_icmp_hdr;
struct net_icmp_ctx {
	void *user_data;
};
struct net_icmp_ping_params {
	uint16_t identifier;
	size_t data_size;
};
typedef int (*net_icmp_handler_t)(struct net_icmp_ctx *ctx, struct net_pkt *pkt,
				  struct net_icmp_ip_hdr *ip_hdr, struct net_icmp_hdr *icmp_hdr,
				  void *user_data);
#if RELEASE >= 402
int net_icmp_init_ctx(struct net_icmp_ctx *ctx, uint8_t family, uint8_t type, uint8_t code,
		      net_icmp_handler_t handler);
#else
int net_icmp_init_ctx(struct net_icmp_ctx *ctx, uint8_t type, uint8_t code,
		      net_icmp_handler_t handler);
#endif
int net_icmp_cleanup_ctx(struct net_icmp_ctx *ctx);
int net_icmp_send_echo_request(struct net_icmp_ctx *ctx, struct net_if *iface,
			       struct SOCKADDR *dst, struct net_icmp_ping_params *params,
			       void *user_data);

/* Ethernet and Wi-Fi drivers: their functions are given the iface, too, since 4.5 */
#if RELEASE >= 405
#define OF_DRIVER const struct device *dev, struct net_if *iface
#else
#define OF_DRIVER const struct device *dev
#endif

enum ethernet_hw_caps {
	ETHERNET_HW_TX_CHKSUM_OFFLOAD = BIT(0),
	ETHERNET_HW_RX_CHKSUM_OFFLOAD = BIT(1),
	ETHERNET_HW_VLAN = BIT(2),
};
enum ethernet_if_types { L2_ETH_IF_TYPE_ETHERNET, L2_ETH_IF_TYPE_WIFI };
struct ethernet_context {
	enum ethernet_if_types eth_if_type;
};
struct ethernet_api {
	struct net_if_api iface_api;
	enum ethernet_hw_caps (*get_capabilities)(OF_DRIVER);
	int (*send)(OF_DRIVER, struct net_pkt *pkt);
};
void ethernet_init(struct net_if *iface);

/* PPP, offloaded and virtual ifaces */
struct ppp_api {
	struct net_if_api iface_api;
	int (*start)(const struct device *dev);
	int (*stop)(const struct device *dev);
	int (*send)(const struct device *dev, struct net_pkt *pkt);
};
struct offloaded_if_api {
	struct net_if_api iface_api;
	int (*enable)(const struct net_if *iface, bool up);
};
enum virtual_interface_caps { VIRTUAL_INTERFACE_IPIP = BIT(0) };
struct virtual_interface_api {
	struct net_if_api iface_api;
	enum virtual_interface_caps (*get_capabilities)(struct net_if *iface);
	int (*send)(struct net_if *iface, struct net_pkt *pkt);
	enum net_verdict (*recv)(struct net_if *iface, struct net_pkt *pkt);
	int (*attach)(struct net_if *virtual_iface, struct net_if *iface);
};

#define WIFI_STATE_DISCONNECTED   0
#define WIFI_STATE_ASSOCIATING    5
#define WIFI_STATE_COMPLETED      9
#define WIFI_MODE_INFRA           0
#define WIFI_FREQ_BAND_2_4_GHZ    0
#define WIFI_SECURITY_TYPE_PSK    1

struct wifi_connect_req_params {
	const uint8_t *ssid;
	uint8_t ssid_length;
	const uint8_t *psk;
	uint8_t psk_length;
};
struct wifi_iface_status {
	int state;
	int iface_mode;
	int band;
	int security;
};
struct wifi_mgmt_ops {
	int (*connect)(OF_DRIVER, struct wifi_connect_req_params *params);
	int (*disconnect)(OF_DRIVER);
	int (*iface_status)(OF_DRIVER, struct wifi_iface_status *status);
};
struct net_wifi_mgmt_offload {
	struct ethernet_api wifi_iface;
	const struct wifi_mgmt_ops *const wifi_mgmt_api;
};
void wifi_mgmt_raise_connect_result_event(struct net_if *iface, int status);
void wifi_mgmt_raise_disconnect_result_event(struct net_if *iface, int status);

#define NET_L2_GET_CTX_TYPE(_l2) struct ethernet_context
#define NET_DEVICE_INIT(_id, _name, _init, _pm, _data, _config, _priority, _api, ...)              \
	const void *const api_of_##_id = (_api)

#define ETH_NET_DEVICE_INIT         NET_DEVICE_INIT
#define NET_DEVICE_OFFLOAD_INIT     NET_DEVICE_INIT
#define NET_VIRTUAL_INTERFACE_INIT  NET_DEVICE_INIT
#define CONFIG_KERNEL_INIT_PRIORITY_DEFAULT 40
#define NET_L2_DECLARE_PUBLIC(_name) extern const struct net_l2 l2_##_name
#define NET_L2_INIT(_name, _recv, _send, _enable, _flags)                                          \
	const void *const l2_functions_of_##_name[] = {_recv, _send, _enable, _flags}

#endif /* ZEPHYR_AS_DECLARED_H_ */
