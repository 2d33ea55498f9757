# The same addon as CMakeLists.txt builds, for machines without cmake: npx node-gyp rebuild
{
  "variables": {
    # native/**/*.cpp without native/bench and native/cuda
    "list_sources": "const fs = require('fs'); const list = (d) => fs.readdirSync(d, { withFileTypes: true }).sort((a, b) => a.name < b.name ? -1 : 1).flatMap((e) => e.isDirectory() ? (['native/bench', 'native/cuda'].includes(d + '/' + e.name) ? [] : list(d + '/' + e.name)) : e.name.endsWith('.cpp') ? [d + '/' + e.name] : []); list('native').join(' ')"
  },
  "targets": [
    {
      "target_name": "hebb",
      "sources": ["<!@(node -p \"<(list_sources)\")"],
      "include_dirs": ["native", "<!(node -p \"require('node-addon-api').include_dir\")"],
      "defines": ["NAPI_VERSION=8", "NODE_ADDON_API_CPP_EXCEPTIONS", "NODE_ADDON_API_DISABLE_DEPRECATED"],
      "cflags": ["-fvisibility=hidden"],
      "cflags!": ["-Wno-unused-parameter"],
      "cflags_cc!": ["-fno-exceptions", "-fno-rtti", "-std=gnu++17", "-std=gnu++20"],
      "cflags_cc": [
        "-std=c++20", "-O3", "-ffp-contract=off", "-fwrapv", "-fno-math-errno", "-fno-trapping-math",
        "-fvisibility-inlines-hidden", "-Wall", "-Wextra", "-Wno-array-bounds"
      ],
      "conditions": [
        ["OS!='mac' and OS!='win'", {
          "ldflags": ["-Wl,-z,nodelete", "-Wl,--exclude-libs,ALL", "-Wl,--gc-sections", "-Wl,-s"],
          "libraries": ["-pthread"]
        }]
      ],
      "xcode_settings": {
        "CLANG_CXX_LANGUAGE_STANDARD": "c++20",
        "CLANG_CXX_LIBRARY": "libc++",
        "GCC_ENABLE_CPP_EXCEPTIONS": "YES",
        "GCC_ENABLE_CPP_RTTI": "YES",
        "GCC_OPTIMIZATION_LEVEL": "3",
        "GCC_SYMBOLS_PRIVATE_EXTERN": "YES",
        "MACOSX_DEPLOYMENT_TARGET": "11.0",
        "OTHER_CPLUSPLUSFLAGS": ["-ffp-contract=off", "-fwrapv", "-fno-math-errno", "-fno-trapping-math"]
      },
      "msvs_settings": {
        "VCCLCompilerTool": {"ExceptionHandling": 1, "AdditionalOptions": ["/std:c++20", "/utf-8", "/fp:precise"]}
      }
    }
  ]
}
