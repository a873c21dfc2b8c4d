using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Stands between foreign SQL and the database: only reading is allowed, and only for so long.</summary>
internal sealed unsafe class SqliteQueryGuard : IDisposable
{
    private const int Allow = 0;
    private const int Deny = 1;
    private const int ActionCreateIndex = 1;
    private const int ActionCreateTable = 2;
    private const int ActionCreateView = 8;
    private const int ActionInsert = 18;
    private const int ActionPragma = 19;
    private const int ActionRead = 20;
    private const int ActionSelect = 21;
    private const int ActionUpdate = 23;
    private const int ActionFunction = 31;
    private const int ActionRecursive = 33;

    private static readonly HashSet<string> DeniedFunctions = new(StringComparer.OrdinalIgnoreCase)
    {
        "load_extension", "fts3_tokenizer", "readfile", "writefile", "edit", "eval", "sqlite_log", "zipfile", "fsdir", "lsdir",
    };

    /// <summary>As far as a timer reaches, and then some.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(30);

    private readonly GCHandle _self;
    private readonly SqliteHandle _handle;
    private readonly HashSet<string> _tables = new(StringComparer.OrdinalIgnoreCase);
    private readonly Timer _alarm;
    private TimeSpan _left;
    private long _start;

    public SqliteQueryGuard(SqliteHandle handle, TimeSpan maxTime)
    {
        (_handle, _left) = (handle, maxTime);
        _self = GCHandle.Alloc(this);
        Resume();
        // Not a progress handler: calling back into managed code from every running statement has ended a process before.
        _alarm = new Timer(static connection => SqliteNative.Interrupt((nint)connection!), handle.Pointer, Timeout.Infinite, Timeout.Infinite);
    }

    /// <summary>Tables and views that were asked for while preparing.</summary>
    public IReadOnlyCollection<string> Tables => _tables;

    /// <summary>Lets definitions of tables and views through as well, for text out of history; what they ask for is not noted.</summary>
    public bool AllowDefinitions { get; set; }

    /// <summary>Lets everything through until <see cref="Resume"/>, for statements of our own.</summary>
    public void Suspend() => SqliteNative.SetAuthorizer(_handle.Pointer, null, 0);

    public void Resume() => SqliteNative.SetAuthorizer(_handle.Pointer, &Authorize, GCHandle.ToIntPtr(_self));

    /// <summary>Only the time inside the database counts, not that of whoever takes the rows.</summary>
    public void StartClock()
    {
        _start = Stopwatch.GetTimestamp();
        _alarm.Change(TimeSpan.FromTicks(Math.Clamp(_left.Ticks, 0, s_longest.Ticks)), Timeout.InfiniteTimeSpan);
    }

    public void StopClock()
    {
        _alarm.Change(Timeout.Infinite, Timeout.Infinite);
        _left -= Stopwatch.GetElapsedTime(_start);
    }

    /// <summary>Turns SQLite's failures while running foreign SQL into those of the caller's statement.</summary>
    public static DbVcException Translate(DbVcException failure, int code, string message) => SqliteError.Primary(code) switch
    {
        SqliteError.NotAuthorized => Refuse($"the statement does something that is not allowed: {message}"),
        SqliteError.ReadOnly => Refuse("the statement would write"),
        SqliteError.Interrupted => Limit("time"),
        1 or 18 or 20 or 25 => new DbVcException(FailureKind.Usage, "query.failed", $"SQLite does not accept the statement: {message}.", inner: failure),
        _ => failure,
    };

    public static DbVcException Refuse(string why) => new(FailureKind.Refused, "query.refused",
        $"Only one reading statement is allowed here; {why}.", hint: "Use a single SELECT on the tables of the database.");

    public static DbVcException Limit(string what) => new(FailureKind.Refused, "query.limit",
        $"The query reached its {what} limit.", hint: "Narrow it down with WHERE or LIMIT, or raise the limit.");

    public void Dispose()
    {
        // The connection must not be closed under an alarm that is ringing.
        using var silent = new ManualResetEvent(false);
        if (_alarm.Dispose(silent)) silent.WaitOne();
        Suspend();
        _self.Free();
    }

    private int Judge(int action, string? first, string? second)
    {
        switch (action)
        {
            case ActionSelect or ActionRecursive:
                return Allow;
            case ActionRead:
                if (first is not null && !AllowDefinitions) _tables.Add(first);
                return Allow;
            case ActionFunction:
                return second is not null && DeniedFunctions.Contains(second) ? Deny : Allow;
            case ActionPragma:
                // Full-text tables ask for it themselves when they are read.
                return string.Equals(first, "data_version", StringComparison.OrdinalIgnoreCase) && second is null ? Allow : Deny;
            case ActionCreateTable or ActionCreateView or ActionCreateIndex:
                return AllowDefinitions ? Allow : Deny;
            case ActionInsert or ActionUpdate:
                return AllowDefinitions && first == "sqlite_master" ? Allow : Deny;
            default:
                return Deny;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Authorize(nint user, int action, byte* first, byte* second, byte* schema, byte* cause) =>
        ((SqliteQueryGuard)GCHandle.FromIntPtr(user).Target!).Judge(
            action, Marshal.PtrToStringUTF8((nint)first), Marshal.PtrToStringUTF8((nint)second));
}
