    // Of long texts the browser's encoder is the quickest reader. Most have a byte for each unit; what others have more
    // is encoded behind.
    if (arg.length > 4096) {
        let size = arg.length;
        let place = malloc(size, 1) >>> 0;
        let { read, written } = cachedTextEncoder.encodeInto(arg, getUint8ArrayMemory0().subarray(place, place + size));
        if (read < arg.length) {
            const rest = arg.slice(read);
            const most = written + rest.length * 3;
            place = realloc(place, size, most, 1) >>> 0;
            written += cachedTextEncoder.encodeInto(rest, getUint8ArrayMemory0().subarray(place + written, place + most)).written;
            size = most;
        }
        if (written < size) place = realloc(place, size, written, 1) >>> 0;
        WASM_VECTOR_LEN = written;
        return place;
    }

