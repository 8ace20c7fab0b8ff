using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace MlAva.Pickle;

/// <summary>
/// A restricted pickle machine for protocols 0 to 5. It makes only numbers (<see cref="long"/>, <see cref="BigInteger"/>,
/// <see cref="double"/>, <see cref="bool"/>), <see cref="string"/>, <c>byte[]</c>, null, lists (<c>List&lt;object?&gt;</c>;
/// Python sets become lists too), <see cref="PickleTuple"/>, <see cref="PickleDictionary"/>, <see cref="NumpyArray"/> and
/// <see cref="NumpyDataType"/>; NumPy scalars become plain numbers. No Python code is run. A file that names any other class or
/// function is refused at that very opcode, unless <see cref="PickleReaderOptions"/> give it a meaning. Damaged and hostile files
/// end in <see cref="PickleException"/>.
/// </summary>
/// <remarks>
/// One reader may read several pickles that follow one another, as in torch files older than 1.6. A reader is used by one thread
/// at a time.
/// </remarks>
public sealed class PickleReader
{
    // Python itself refuses longer decimal integers (sys.int_info.default_max_str_digits).
    const int MaxDigits = 4300;

    // Copies are the only way in which a short file could ask for much memory: what they may use grows with what was read.
    const long FreeCopies = 64L << 20;
    const long CopiesPerByte = 16;
    static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);

    readonly PickleSource _source;
    readonly PickleReaderOptions _options;
    readonly List<int> _marks = [];
    readonly PickleMemo _memo = new();
    object?[] _stack = new object?[64];
    int _count;
    long _opcodeAt;
    long _copied;

    /// <summary>Creates a reader over bytes in memory.</summary>
    public PickleReader(ReadOnlyMemory<byte> data, PickleReaderOptions? options = null)
    {
        _source = new(data);
        _options = options ?? new();
    }

    /// <summary>
    /// Creates a reader over a stream, from where it stands. After <see cref="Read"/> and <see cref="ReadExactly"/> a stream that
    /// can seek stands right behind what was consumed; one that cannot must be read on through this reader. The stream is not
    /// closed.
    /// </summary>
    public PickleReader(Stream stream, PickleReaderOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _source = new(stream);
        _options = options ?? new();
    }

    /// <summary>Bytes consumed so far, counted from where the reader began.</summary>
    public long Position => _source.Position;

    /// <summary>Whether no byte is left.</summary>
    public bool AtEnd => _source.AtEnd;

    /// <summary>Reads the one pickle in a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">What may be made beyond plain data.</param>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="PickleException">The file is damaged or asks for something refused.</exception>
    public static object? Load(string path, PickleReaderOptions? options = null, CancellationToken cancellation = default)
    {
        using FileStream stream = File.OpenRead(path);
        return new PickleReader(stream, options).Read(cancellation);
    }

    /// <summary>Reads the one pickle in a piece of memory.</summary>
    /// <param name="data">The bytes.</param>
    /// <param name="options">What may be made beyond plain data.</param>
    /// <exception cref="PickleException">The bytes are damaged or ask for something refused.</exception>
    public static object? Load(ReadOnlyMemory<byte> data, PickleReaderOptions? options = null) => new PickleReader(data, options).Read();

    /// <summary>Reads the next pickle, up to and including its STOP.</summary>
    /// <param name="cancellation">Stops the reading.</param>
    /// <exception cref="PickleException">The bytes are damaged or ask for something refused.</exception>
    public object? Read(CancellationToken cancellation = default)
    {
        try
        {
            for (int step = 1; ; step++)
            {
                if ((step & 0xfff) == 0) cancellation.ThrowIfCancellationRequested();
                _opcodeAt = _source.Position;
                byte opcode = _source.ReadByte();
                if (opcode != Opcode.Stop)
                {
                    Execute(opcode);
                    continue;
                }
                object? result = PopValue();
                if (_count > 0 || _marks.Count > 0) throw Fail("the pickle ends with unused values on its stack");
                return result;
            }
        }
        finally
        {
            Array.Clear(_stack, 0, _count);
            _count = 0;
            _marks.Clear();
            _memo.Clear();
            _source.Settle();
        }
    }

    /// <summary>Reads plain bytes that stand between or behind pickles.</summary>
    /// <exception cref="PickleException">Fewer bytes are left.</exception>
    public void ReadExactly(Span<byte> destination)
    {
        _source.ReadExactly(destination);
        _source.Settle();
    }

    internal PickleException Fail(string message, Exception? inner = null) => new(message, _opcodeAt, inner);

    /// <summary>Accounts for memory that a copy takes.</summary>
    internal void Charge(long bytes)
    {
        _copied += bytes;
        if (_copied > FreeCopies + CopiesPerByte * _source.Position)
        {
            throw Fail("the file copies its data over and over, as only a hostile file does");
        }
    }

    void Execute(byte opcode)
    {
        switch (opcode)
        {
            case Opcode.Proto:
                byte protocol = _source.ReadByte();
                if (protocol > 5) throw Fail($"pickle protocol {protocol} is newer than 5, the newest known");
                break;
            case Opcode.Frame:
                _source.Read(8);
                break;

            case Opcode.Mark: _marks.Add(_count); break;
            case Opcode.Pop: PopOne(); break;
            case Opcode.PopMark: PopToMark(); break;
            case Opcode.Dup: Push(Peek()); break;

            case Opcode.None: Push(null); break;
            case Opcode.NewTrue: Push(true); break;
            case Opcode.NewFalse: Push(false); break;
            case Opcode.BinInt1: Push((long)_source.ReadByte()); break;
            case Opcode.BinInt2: Push((long)BinaryPrimitives.ReadUInt16LittleEndian(_source.Read(2))); break;
            case Opcode.BinInt: Push((long)BinaryPrimitives.ReadInt32LittleEndian(_source.Read(4))); break;
            case Opcode.Long1: Push(Integer(_source.ReadBytes(_source.ReadByte()))); break;
            case Opcode.Long4: Push(Integer(_source.ReadBytes(UInt32()))); break;
            case Opcode.BinFloat: Push(BinaryPrimitives.ReadDoubleBigEndian(_source.Read(8))); break;
            case Opcode.Int: Push(IntegerLine(booleans: true)); break;
            case Opcode.Long: Push(IntegerLine(booleans: false)); break;
            case Opcode.Float: Push(FloatLine()); break;

            case Opcode.BinUnicode: Push(_source.ReadText(UInt32(), Utf8)); break;
            case Opcode.ShortBinUnicode: Push(_source.ReadText(_source.ReadByte(), Utf8)); break;
            case Opcode.BinUnicode8: Push(_source.ReadText(UInt64(), Utf8)); break;
            case Opcode.BinString: Push(_source.ReadText(UInt32(), Encoding.Latin1)); break;
            case Opcode.ShortBinString: Push(_source.ReadText(_source.ReadByte(), Encoding.Latin1)); break;
            case Opcode.String: Push(QuotedLine()); break;
            case Opcode.Unicode: Push(UnicodeLine()); break;
            case Opcode.BinBytes: Push(_source.ReadBytes(UInt32())); break;
            case Opcode.ShortBinBytes: Push(_source.ReadBytes(_source.ReadByte())); break;
            case Opcode.BinBytes8 or Opcode.ByteArray8: Push(_source.ReadBytes(UInt64())); break;

            case Opcode.EmptyTuple: Push(PickleTuple.Empty); break;
            case Opcode.Tuple1: PushTuple(PopMany(1)); break;
            case Opcode.Tuple2: PushTuple(PopMany(2)); break;
            case Opcode.Tuple3: PushTuple(PopMany(3)); break;
            case Opcode.Tuple: PushTuple(PopToMark()); break;
            case Opcode.EmptyList or Opcode.EmptySet: Push(new List<object?>()); break;
            case Opcode.List or Opcode.FrozenSet: Push(new List<object?>(PopToMark())); break;
            case Opcode.Append: AppendTo(PopMany(1)); break;
            case Opcode.Appends or Opcode.AddItems: AppendTo(PopToMark()); break;
            case Opcode.EmptyDict: Push(new PickleDictionary()); break;
            case Opcode.Dict:
                object?[] entries = PopToMark();
                Push(new PickleDictionary());
                SetItems(entries);
                break;
            case Opcode.SetItem: SetItems(PopMany(2)); break;
            case Opcode.SetItems: SetItems(PopToMark()); break;

            case Opcode.BinPut: Memoize(_source.ReadByte()); break;
            case Opcode.LongBinPut: Memoize(UInt32()); break;
            case Opcode.Put: Memoize(IndexLine()); break;
            case Opcode.Memoize: Memoize(_memo.Count); break;
            case Opcode.BinGet: PushMemo(_source.ReadByte()); break;
            case Opcode.LongBinGet: PushMemo(UInt32()); break;
            case Opcode.Get: PushMemo(IndexLine()); break;

            case Opcode.Global: Push(Global(NameLine(), NameLine())); break;
            case Opcode.StackGlobal:
                string name = PopAs<string>("the name of a global");
                Push(Global(PopAs<string>("the module of a global"), name));
                break;
            case Opcode.Reduce or Opcode.NewObj:
                PickleTuple arguments = PopAs<PickleTuple>("the arguments of a call");
                Push(Call(PopValue(), arguments.AsSpan().ToArray(), null));
                break;
            case Opcode.NewObjEx:
                PickleDictionary keywords = PopAs<PickleDictionary>("the keyword arguments of a call");
                arguments = PopAs<PickleTuple>("the arguments of a call");
                Push(Call(PopValue(), arguments.AsSpan().ToArray(), keywords));
                break;
            case Opcode.Inst:
                PickleGlobal callable = Global(NameLine(), NameLine());
                Push(Call(callable, PopToMark(), null));
                break;
            case Opcode.Obj:
                object?[] parts = PopToMark();
                if (parts.Length == 0) throw Fail("an object without a class");
                Push(Call(parts[0], parts[1..], null));
                break;
            case Opcode.Build:
                object? state = PopValue();
                Build(Peek(), state);
                break;
            case Opcode.PersId: Push(Persistent(Encoding.Latin1.GetString(_source.ReadLine()))); break;
            case Opcode.BinPersId: Push(Persistent(PopValue())); break;

            case Opcode.Ext1 or Opcode.Ext2 or Opcode.Ext4:
                throw Fail("the file names classes through the extension registry of the Python that wrote it, which cannot be known here");
            case Opcode.NextBuffer or Opcode.ReadOnlyBuffer:
                throw Fail("the file keeps its arrays in buffers outside the pickle; write it again without a buffer_callback");
            default:
                throw Fail(_opcodeAt == 0 ? $"this is no pickle: it begins with byte 0x{opcode:x2}" : $"0x{opcode:x2} is no pickle opcode");
        }
    }

    void Push(object? value)
    {
        if (_count == _stack.Length) Array.Resize(ref _stack, _count * 2);
        _stack[_count++] = value;
    }

    void PushTuple(object?[] items) => Push(items.Length == 0 ? PickleTuple.Empty : new PickleTuple(items, _opcodeAt));

    int Floor => _marks.Count > 0 ? _marks[^1] : 0;

    object? Peek() => _count > Floor ? _stack[_count - 1] : throw Fail("a value is missing on the stack");

    object? PopValue()
    {
        object? value = Peek();
        _stack[--_count] = null;
        return value;
    }

    T PopAs<T>(string what) where T : class => PopValue() is T value ? value : throw Fail($"{what} has the wrong type");

    // Python lets POP take away a mark as well.
    void PopOne()
    {
        if (_count == Floor && _marks.Count > 0) _marks.RemoveAt(_marks.Count - 1);
        else PopValue();
    }

    object?[] PopMany(int count) => _count - Floor >= count ? Take(_count - count) : throw Fail("a value is missing on the stack");

    object?[] PopToMark()
    {
        if (_marks.Count == 0) throw Fail("a mark is missing on the stack");
        int mark = _marks[^1];
        _marks.RemoveAt(_marks.Count - 1);
        return Take(mark);
    }

    object?[] Take(int from)
    {
        object?[] taken = _stack[from.._count];
        Array.Clear(_stack, from, _count - from);
        _count = from;
        return taken;
    }

    void AppendTo(object?[] items)
    {
        switch (Peek())
        {
            case List<object?> list:
                list.AddRange(items);
                break;
            case PickleObject target:
                foreach (object? item in items) target.Items.Add(item);
                break;
            default:
                throw Fail("values are appended to something that is no list");
        }
    }

    void SetItems(object?[] entries)
    {
        PickleDictionary target = Peek() switch
        {
            PickleDictionary dictionary => dictionary,
            PickleObject inert => inert.Entries,
            _ => throw Fail("entries are set on something that is no dictionary"),
        };
        if (entries.Length % 2 != 0) throw Fail("a dictionary's key has no value");
        for (int i = 0; i < entries.Length; i += 2) SetItem(target, entries[i], entries[i + 1]);
    }

    void SetItem(PickleDictionary target, object? key, object? value)
    {
        if (!PickleDictionary.IsKey(key)) throw Fail("a list, a dictionary, an array or a huge tuple serves as a dictionary's key");
        target[key] = value;
    }

    void Memoize(uint index) => _memo.Set(index, Peek());

    void PushMemo(uint index) => Push(_memo.TryGet(index, out object? value) ? value : throw Fail($"the memo has no entry {index}"));

    PickleGlobal Global(string module, string name)
    {
        PickleGlobal global = new(module, name);
        if (_options.KeepUnknownGlobals && !IsExtra(global) && global.RunsCode)
        {
            throw Fail($"the file asks to run '{global}' when it is loaded, which no honest file does; it was not run and nothing was made "
                + "of the file");
        }
        return _options.KeepUnknownGlobals || IsExtra(global) || IsBuiltIn(module, name)
            ? global
            : throw Fail($"the file refers to the Python global '{global}', which is not on the list of harmless ones; "
                + "it was not run and nothing was made of it");
    }

    bool IsExtra(PickleGlobal global) => _options.AllowGlobal?.Invoke(global) == true;

    static bool IsBuiltIn(string module, string name) => (module, name) switch
    {
        ("collections", "OrderedDict") => true,
        ("_codecs", "encode") => true,
        ("builtins" or "__builtin__", "bytes" or "bytearray" or "set" or "frozenset") => true,
        _ => NumpyBuilder.Knows(module, name),
    };

    object? Call(object? callable, object?[] arguments, PickleDictionary? keywords)
    {
        if (callable is PickleGlobal global)
        {
            if (IsExtra(global))
            {
                if (keywords is { Count: > 0 }) throw Fail($"'{global}' is called with keyword arguments");
                if (_options.Call is { } call) return call(global, arguments);
            }
            else if (keywords is null or { Count: 0 } && IsBuiltIn(global.Module, global.Name)) return CallBuiltIn(global, arguments);
            if (_options.KeepUnknownGlobals) return new PickleObject(global, arguments) { KeywordArguments = keywords };
            throw Fail($"'{global}' is called, which has no meaning here");
        }
        if (callable is PickleObject && _options.KeepUnknownGlobals)
        {
            return new PickleObject(callable, arguments) { KeywordArguments = keywords };
        }
        throw Fail("something is called that is no class and no function");
    }

    object CallBuiltIn(PickleGlobal global, object?[] arguments)
    {
        switch (global.Name, arguments)
        {
            case ("OrderedDict", []): return new PickleDictionary { IsOrderedDict = true };
            case ("OrderedDict", [PickleDictionary from]): return OrderedDict(from);
            case ("OrderedDict", [List<object?> pairs]): return OrderedDict(pairs.Select(Pair));
            case ("encode", [string text, "latin1" or "latin-1"]): return Latin1(text);
            case ("bytes" or "bytearray", []): return Array.Empty<byte>();
            case ("bytes" or "bytearray", [byte[] bytes]):
                Charge(bytes.Length);
                return bytes.ToArray();
            case ("bytes" or "bytearray", [string text, "latin1" or "latin-1"]): return Latin1(text);
            case ("set" or "frozenset", []): return new List<object?>();
            case ("set" or "frozenset", [List<object?> items]):
                Charge(8L * items.Count);
                return new List<object?>(items);
            default:
                return NumpyBuilder.Call(this, global, arguments) ?? throw Fail($"'{global}' is called with arguments that make no sense");
        }
    }

    PickleDictionary OrderedDict(IEnumerable<KeyValuePair<object?, object?>> entries)
    {
        PickleDictionary made = new() { IsOrderedDict = true };
        foreach ((object? key, object? value) in entries)
        {
            Charge(64);
            SetItem(made, key, value);
        }
        return made;
    }

    KeyValuePair<object?, object?> Pair(object? item) => item switch
    {
        PickleTuple { Count: 2 } tuple => new(tuple[0], tuple[1]),
        List<object?> { Count: 2 } list => new(list[0], list[1]),
        _ => throw Fail("an OrderedDict is made of something other than pairs"),
    };

    internal byte[] Latin1(string text)
    {
        Charge(text.Length);
        byte[] bytes = new byte[text.Length];
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = text[i] <= 0xff ? (byte)text[i] : throw Fail("bytes written as text hold a character above 255");
        }
        return bytes;
    }

    void Build(object? target, object? state)
    {
        switch (target, state)
        {
            case (PickleDictionary or List<object?>, null):
                break;
            case (PickleDictionary dictionary, PickleDictionary attributes):
                dictionary.Attributes = attributes;
                break;
            case (NumpyArray array, PickleTuple parts):
                NumpyBuilder.SetState(this, array, parts);
                break;
            case (NumpyDataType type, PickleTuple parts):
                NumpyBuilder.SetState(this, type, parts);
                break;
            case (PickleObject inert, _):
                inert.State = state;
                break;
            default:
                throw Fail("a state is set on something that has none");
        }
    }

    object? Persistent(object? id) => _options.PersistentLoad is { } load
        ? load(id)
        : throw Fail("the file refers to objects kept outside the pickle, as torch checkpoints do; it cannot be read as a plain pickle");

    uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(_source.Read(4));

    ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(_source.Read(8));

    static object Integer(ReadOnlySpan<byte> littleEndian) => Narrow(new BigInteger(littleEndian));

    static object Narrow(BigInteger value)
    {
        object boxed = value;
        if (value >= long.MinValue && value <= long.MaxValue) boxed = (long)value;
        return boxed;
    }

    object IntegerLine(bool booleans)
    {
        ReadOnlySpan<byte> line = _source.ReadLine();
        if (booleans && line.SequenceEqual("00"u8)) return false;
        if (booleans && line.SequenceEqual("01"u8)) return true;
        if (!booleans && line.EndsWith("L"u8)) line = line[..^1];
        return line.Length <= MaxDigits
            && BigInteger.TryParse(Encoding.Latin1.GetString(line), NumberStyles.Integer, CultureInfo.InvariantCulture,
                out BigInteger value)
            ? Narrow(value)
            : throw Fail("a decimal integer cannot be read");
    }

    double FloatLine()
    {
        ReadOnlySpan<byte> line = _source.ReadLine();
        if (line.SequenceEqual("inf"u8)) return double.PositiveInfinity;
        if (line.SequenceEqual("-inf"u8)) return double.NegativeInfinity;
        if (line.SequenceEqual("nan"u8)) return double.NaN;
        return double.TryParse(line, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value
            : throw Fail("a decimal number cannot be read");
    }

    uint IndexLine() => uint.TryParse(_source.ReadLine(), NumberStyles.None, CultureInfo.InvariantCulture, out uint index)
        ? index
        : throw Fail("an index into the memo cannot be read");

    string NameLine()
    {
        try
        {
            return Utf8.GetString(_source.ReadLine());
        }
        catch (DecoderFallbackException e)
        {
            throw Fail("the name of a global is not valid UTF-8", e);
        }
    }

    string QuotedLine()
    {
        ReadOnlySpan<byte> line = _source.ReadLine().TrimEnd((byte)'\r');
        return line.Length >= 2 && line[0] == line[^1] && line[0] is (byte)'\'' or (byte)'"'
            ? TextEscapes.Quoted(line[1..^1]) ?? throw Fail("a quoted string has a broken escape")
            : throw Fail("a string's quotes are missing");
    }

    string UnicodeLine() => TextEscapes.Raw(_source.ReadLine()) ?? throw Fail("a string has a broken \\u escape");
}
