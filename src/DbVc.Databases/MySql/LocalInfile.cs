using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>What became of a LOAD DATA.</summary>
internal sealed record MySqlLoadCount(long Records, long Deleted, long Skipped, long Warnings)
{
    public bool IsClean => Deleted == 0 && Skipped == 0 && Warnings == 0;

    /// <summary>Reads <c>Records: 3  Deleted: 0  Skipped: 1  Warnings: 1</c>.</summary>
    public static MySqlLoadCount Parse(string info)
    {
        var words = info.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Length == 8
            ? new MySqlLoadCount(NumberAt(1), NumberAt(3), NumberAt(5), NumberAt(7))
            : throw new FormatException($"Not the outcome of a LOAD DATA: {info}");

        long NumberAt(int word) => long.Parse(words[word], CultureInfo.InvariantCulture);
    }
}

/// <summary>
/// Answers the server when it asks the client for a file. A server may ask at any time, whatever was sent to it, and could so read this machine's
/// files; so there are no files here: it gets the stream that was offered for the one statement that is running, or is refused.
/// </summary>
internal sealed unsafe class LocalInfile : IDisposable
{
    private GCHandle _self;
    private Stream? _stream;
    private Exception? _failure;

    public LocalInfile(nint connection)
    {
        _self = GCHandle.Alloc(this);
        MySqlNative.SetLocalInfileHandler(connection, &Begin, &Read, &End, &Describe, (void*)GCHandle.ToIntPtr(_self));
    }

    /// <summary>Offers a stream until the answer is disposed.</summary>
    public Offered Offer(Stream stream)
    {
        (_stream, _failure) = (stream, null);
        return new Offered(this);
    }

    /// <summary>What went wrong on our side of a load, once.</summary>
    public Exception? TakeFailure()
    {
        var failure = _failure;
        _failure = null;
        return failure;
    }

    public static DbVcException Refuse() => new(FailureKind.Refused, "database.file-request",
        "The server asked for a file of this machine, which nobody offered; it got nothing.",
        hint: "Do not trust this server, unless the statement itself was a LOAD DATA LOCAL.");

    /// <summary>On a connection that may not load, the library refuses by itself, or the server knows that it would.</summary>
    public static bool IsRefused(DbVcException failure) => MySqlError.NumberOf(failure) is 1148 or 4166
        || failure.Message.Contains("local infile forbidden", StringComparison.OrdinalIgnoreCase);

    public void Dispose()
    {
        if (_self.IsAllocated) _self.Free();
    }

    private static LocalInfile Of(void* user) => (LocalInfile)GCHandle.FromIntPtr((nint)user).Target!;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Begin(void** state, byte* name, void* user)
    {
        *state = user;
        var infile = Of(user);
        if (infile._stream is not null) return 0;
        infile._failure = Refuse();
        return 1;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Read(void* state, byte* buffer, uint length)
    {
        var infile = Of(state);
        try
        {
            return infile._stream!.Read(new Span<byte>(buffer, (int)length));
        }
        catch (Exception failure)
        {
            // Nothing may be thrown through the library; the statement rethrows it.
            infile._failure = failure;
            return -1;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void End(void* state)
    {
        // The stream belongs to the caller.
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Describe(void* state, byte* message, uint length)
    {
        var text = "no file is sent"u8;
        if (length <= (uint)text.Length) return MySqlError.Interrupted;
        text.CopyTo(new Span<byte>(message, (int)length));
        message[text.Length] = 0;
        return MySqlError.Interrupted;
    }

    /// <summary>The time for which a stream is offered.</summary>
    internal readonly struct Offered(LocalInfile infile) : IDisposable
    {
        public void Dispose() => infile._stream = null;
    }
}
