using System.Runtime.ExceptionServices;
using DbVc.Databases;
using DbVc.PipelineRuntime;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>
/// Inserts judged rows on a thread of its own while the next ones are received and judged. Its blocks go round in a ring: one is filled, the
/// others are inserted in turn, and a block's outcome is told when its turn to be filled comes again, so the order of events never depends on
/// how fast either thread is. Every public member is for the judging thread.
/// </summary>
internal sealed class RowInserter : IDisposable
{
    private const int Blocks = 4;

    private readonly IBulkLoad _load;
    private readonly int[] _places;
    private readonly IReadOnlyList<byte[]> _constants;
    private readonly Action<RowBlock, IReadOnlyList<RefusedRow>> _settle;
    private readonly RowBlock[] _ring = new RowBlock[Blocks];
    private readonly List<RefusedRow>[] _refused = new List<RefusedRow>[Blocks];
    private readonly SemaphoreSlim _filled = new(0);
    private readonly SemaphoreSlim _free = new(Blocks - 1);
    private readonly Thread _thread;
    private int _filling;
    private volatile ExceptionDispatchInfo? _failure;
    private volatile bool _stopped;

    /// <param name="load">Belongs to the inserter from here on.</param>
    /// <param name="columns">Columns of a row, at least 1.</param>
    /// <param name="places">For each column that is loaded its place in the row.</param>
    /// <param name="constants">What goes into the columns after these, in every row.</param>
    /// <param name="settle">Hears of every block that was inserted, and which of its rows were refused; called on the judging thread.</param>
    public RowInserter(IBulkLoad load, int columns, int[] places, IReadOnlyList<byte[]> constants, Action<RowBlock, IReadOnlyList<RefusedRow>> settle)
    {
        (_load, _places, _constants, _settle) = (load, places, constants, settle);
        for (var i = 0; i < Blocks; i++) (_ring[i], _refused[i]) = (new RowBlock(columns, load.IsRemote), []);
        _thread = new Thread(InsertBlocks) { IsBackground = true, Name = "db-vc insert" };
        _thread.Start();
    }

    public void Add(long record, RowView row)
    {
        var block = _ring[_filling];
        block.Add(record, row);
        if (block.IsFull) HandOver();
    }

    /// <summary>Returns when every row is inserted and its block settled.</summary>
    public void Finish()
    {
        // Once round the ring; blocks without rows do no harm.
        for (var i = 0; i < Blocks; i++) HandOver();
    }

    /// <summary>Makes the rows visible; after <see cref="Finish"/>.</summary>
    public void Commit() => _load.Commit();

    public void Dispose()
    {
        if (_stopped) return;
        _stopped = true;
        _filled.Release();
        _thread.Join();
        _load.Dispose();
        _filled.Dispose();
        _free.Dispose();
    }

    private void HandOver()
    {
        _filled.Release();
        _filling = (_filling + 1) % Blocks;
        _free.Wait();
        _failure?.Throw();
        var (block, refused) = (_ring[_filling], _refused[_filling]);
        _settle(block, refused);
        block.Clear();
        refused.Clear();
    }

    private void InsertBlocks()
    {
        for (var i = 0; ; i = (i + 1) % Blocks)
        {
            _filled.Wait();
            if (_stopped) return;
            try
            {
                if (_failure is null) Insert(_ring[i], _refused[i]);
            }
            catch (Exception e)
            {
                // The judging thread throws it on.
                _failure = ExceptionDispatchInfo.Capture(e);
            }

            _free.Release();
        }
    }

    private void Insert(RowBlock block, List<RefusedRow> refused)
    {
        for (var i = 0; i < block.Count; i++)
        {
            Bind(block.RowAt(i));
            for (var c = 0; c < _constants.Count; c++) _load.SetText(_places.Length + c, _constants[c]);
            _load.Insert();
        }

        refused.AddRange(_load.Flush());
    }

    private void Bind(RowView row)
    {
        for (var i = 0; i < _places.Length; i++)
        {
            var place = _places[i];
            switch (row.KindAt(place))
            {
                case null:
                    _load.SetNull(i);
                    break;
                case CellKind.Integer:
                    _load.SetInteger(i, row.Integer(place));
                    break;
                case CellKind.Real:
                    _load.SetReal(i, row.Real(place));
                    break;
                case CellKind.Text:
                    _load.SetText(i, row.Bytes(place));
                    break;
                default:
                    _load.SetBlob(i, row.Bytes(place));
                    break;
            }
        }
    }
}
