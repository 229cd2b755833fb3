/* A condition of a branch or select, which must not depend on a secret: valgrind counts an error, and says where, if it does. */
#include <valgrind/memcheck.h>

#define PUBLIC(condition)                            \
  ({                                                 \
    __typeof__(condition) condition_ = (condition);  \
    VALGRIND_CHECK_VALUE_IS_DEFINED(condition_);     \
    condition_;                                      \
  })
