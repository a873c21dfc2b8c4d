using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DbVc.Databases;

/// <summary>
/// How a connection waits for a lock. SQLite keeps no queue, and its own waiting grows to 100 ms between two tries: against clients that begin their next
/// transaction at once it hardly ever wins. This one tries every millisecond.
/// </summary>
internal sealed unsafe class SqliteBusyWait : IDisposable
{
    private readonly nint _connection;
    private State* _state;

    public SqliteBusyWait(nint connection)
    {
        _connection = connection;
        _state = (State*)NativeMemory.AllocZeroed((nuint)sizeof(State));
        _ = SqliteNative.BusyHandler(connection, &Wait, (nint)_state);
    }

    public void SetTimeout(TimeSpan timeout) => _state->Timeout = (long)(Math.Max(0, timeout.TotalSeconds) * Stopwatch.Frequency);

    /// <summary>From here on the connection does not wait. It must still be open.</summary>
    public void Dispose()
    {
        _ = SqliteNative.BusyHandler(_connection, null, 0);
        NativeMemory.Free(_state);
        _state = null;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Wait(nint user, int tries)
    {
        var state = (State*)user;
        var now = Stopwatch.GetTimestamp();
        if (tries == 0) state->Since = now;
        if (now - state->Since >= state->Timeout) return 0;
        Thread.Sleep(1);
        return 1;
    }

    private struct State
    {
        public long Timeout;

        public long Since;
    }
}
