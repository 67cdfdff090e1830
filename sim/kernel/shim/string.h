/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory and strings. */
#ifndef SHIM_STRING_H
#define SHIM_STRING_H

/* === SAME === */
/* The C library's; in instrumented cores the engine's, and string.c's memcmp(), see build.c. */
void *memcpy(void *dst, const void *src, size_t n);
void *memmove(void *dst, const void *src, size_t n);
void *memset(void *dst, int c, size_t n);
int memcmp(const void *a, const void *b, size_t n);
void *memchr(const void *s, int c, size_t n);
size_t strlen(const char *s);
size_t strnlen(const char *s, size_t n);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
char *strcpy(char *dst, const char *src);
char *strchr(const char *s, int c);
char *strstr(const char *haystack, const char *needle);

ssize_t strscpy_(char *dst, const char *src, size_t n);
#define strscpy(dst, src, ...)	 strscpy_(dst, src, shim_size_or(dst, ##__VA_ARGS__))
#define shim_size_or(dst, ...)	 shim_third(0, ##__VA_ARGS__, sizeof(dst))
#define shim_third(zero, n, ...) n
#define strlcpy(dst, src, n)	 strscpy_(dst, src, n)
char *strncpy(char *dst, const char *src, size_t n);
int match_string(const char *const *array, size_t n, const char *string);
void *memchr_inv(const void *s, int c, size_t n);

#define get_unaligned(p)                                                                           \
	({                                                                                         \
		const struct {                                                                     \
			typeof(*(p)) x;                                                            \
		} __packed *__gu = (const void *)(p);                                              \
		__gu->x;                                                                           \
	})
#define put_unaligned(v, p)                                                                        \
	do {                                                                                       \
		struct {                                                                           \
			typeof(*(p)) x;                                                            \
		} __packed *__pu = (void *)(p);                                                    \
		__pu->x = (v);                                                                     \
	} while (0)
#define get_unaligned_le16(p) get_unaligned((const u16 *)(p))
#define get_unaligned_le32(p) get_unaligned((const u32 *)(p))
#define get_unaligned_le64(p) get_unaligned((const u64 *)(p))
#define get_unaligned_le24(p) (get_unaligned_le16(p) | ((const u8 *)(p))[2] << 16)

/* Little-endian hosts only; kconfig's architectures are. */
#define le16_to_cpu(x) ((u16)(x))
#define le32_to_cpu(x) ((u32)(x))
#define le64_to_cpu(x) ((u64)(x))
#define cpu_to_le16(x) ((u16)(x))
#define cpu_to_le32(x) ((u32)(x))
#define cpu_to_le64(x) ((u64)(x))
#define be16_to_cpu(x) __builtin_bswap16(x)
#define be32_to_cpu(x) __builtin_bswap32(x)
#define be64_to_cpu(x) __builtin_bswap64(x)

#define bcd2bin(x) (((x)&0x0f) + ((x) >> 4) * 10)

#endif
