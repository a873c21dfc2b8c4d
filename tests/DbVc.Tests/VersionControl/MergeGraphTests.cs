using DbVc.VersionControl;
using Xunit;

namespace DbVc.Tests;

/// <summary>Merges in histories that met before. Time runs to the right in the drawings.</summary>
public sealed class MergeGraphTests : IDisposable
{
    private readonly MergeGraph _graph = new();

    public void Dispose() => _graph.Dispose();

    [Fact]
    public void A_branch_that_was_merged_before_brings_only_what_is_new()
    {
        //  o --- t1 -- m1 -- t2
        //   \         /
        //    s1 ---------- s2
        var o = _graph.Commit("1:a,1 2:b,2");
        var s1 = _graph.Commit("1:s,1 2:b,2", o);
        var t1 = _graph.Commit("1:a,9 2:b,2", o);
        var m1 = _graph.Merge(s1, t1);
        var t2 = _graph.Commit("1:x,9 2:b,2", m1);
        var s2 = _graph.Commit("1:s,1 2:z,2", s1);
        Assert.Equal("1:x,9 2:z,2", _graph.TryMerge(s2, t2).People);
        Assert.Empty(_graph.TryMerge(s2, t2).Outcome.Conflicts);
    }

    [Fact]
    public void A_criss_cross_merges_its_two_bases_first()
    {
        //  o --- a --- m1 --- t
        //   \     \   /
        //    \     \ /
        //     \     X
        //      \   / \
        //       --b --m2 --- s
        var o = _graph.Commit("1:a,1 2:b,2 3:c,3");
        var a = _graph.Commit("1:A,1 2:b,2 3:c,3", o);
        var b = _graph.Commit("1:a,1 2:B,2 3:c,3", o);
        var m1 = _graph.Merge(b, a);
        var m2 = _graph.Merge(a, b);
        var t = _graph.Commit("1:a,1 2:B,2 3:c,7", m1);
        var s = _graph.Commit("1:A,1 2:b,2 3:c,3", m2);

        Assert.Equal(2, new CommitGraph(_graph.Repository).MergeBases(s, t).Count);
        Assert.Equal("1:A,1 2:B,2 3:c,3", _graph.Base(s, t));

        // Each side took one of the changes back: with one of the two bases alone that would look like a conflict, or come again.
        Assert.Equal("1:a,1 2:b,2 3:c,7", _graph.TryMerge(s, t).People);
        Assert.Equal("1:a,1 2:b,2 3:c,7", _graph.TryMerge(t, s).People);
        Assert.Empty(_graph.TryMerge(s, t).Outcome.Conflicts);
    }

    [Fact]
    public void Where_bases_conflict_the_older_state_takes_no_side()
    {
        //  o -- a -- m1        both merges decided the conflict of a and b, each for itself
        //   \    \ /
        //    b -- X -- m2
        var o = _graph.Commit("1:o,1");
        var a = _graph.Commit("1:a,1", o);
        var b = _graph.Commit("1:b,1", o);
        var m1 = _graph.Commit("1:a,1", a, b);
        var m2 = _graph.Commit("1:b,1", b, a);
        Assert.Equal("1:o,1", _graph.Base(m1, m2));
        Assert.Equal("1.name o>a|b", MergeGraph.Conflicts(_graph.TryMerge(m1, m2).Outcome));
    }

    [Fact]
    public void A_sum_that_both_sides_of_a_criss_cross_hold_is_not_added_again()
    {
        var o = _graph.Commit("1:o,5");
        var a = _graph.Commit("1:o,6", o);
        var b = _graph.Commit("1:o,6", o);
        var (m1, m2) = (_graph.Merge(b, a, "people.age=delta"), _graph.Merge(a, b, "people.age=delta"));
        Assert.Equal("1:o,7", _graph.TryMerge(m1, m2, "people.age=delta").People);
        var (t, s) = (_graph.Commit("1:o,8", m1), _graph.Commit("1:o,10", m2));
        Assert.Equal("1:o,11", _graph.TryMerge(s, t, "people.age=delta").People);
    }

    [Fact]
    public void Criss_crosses_upon_criss_crosses_find_their_bases_all_the_way_down()
    {
        var o = _graph.Commit("1:a,0 2:b,0");
        var (left, right) = (_graph.Commit("1:a,1 2:b,0", o), _graph.Commit("1:a,0 2:b,1", o));
        for (var round = 2; round < 6; round++)
        {
            var (l, r) = (_graph.Merge(right, left), _graph.Merge(left, right));
            (left, right) = (_graph.Commit($"1:a,{round} 2:b,{round - 1}", l), _graph.Commit($"1:a,{round - 1} 2:b,{round}", r));
        }

        Assert.Equal("1:a,5 2:b,5", _graph.TryMerge(left, right).People);
        Assert.Empty(_graph.TryMerge(left, right).Outcome.Conflicts);
    }

    [Fact]
    public void Three_bases_are_merged_one_after_the_other()
    {
        //  o -- a, b, c; m1 = a + b + c and m2 = c + b + a, each by two merges
        var o = _graph.Commit("1:o,0 2:o,0 3:o,0");
        var a = _graph.Commit("1:a,0 2:o,0 3:o,0", o);
        var b = _graph.Commit("1:o,0 2:b,0 3:o,0", o);
        var c = _graph.Commit("1:o,0 2:o,0 3:c,0", o);
        var m1 = _graph.Merge(c, _graph.Merge(b, a));
        var m2 = _graph.Merge(a, _graph.Merge(b, c));
        Assert.Equal(3, new CommitGraph(_graph.Repository).MergeBases(m1, m2).Count);
        Assert.Equal("1:a,0 2:b,0 3:c,0", _graph.Base(m1, m2));
    }

    [Fact]
    public void Unrelated_histories_have_no_base() =>
        Assert.Throws<InvalidOperationException>(() => _graph.TryMerge(_graph.Commit("1:a,1"), _graph.Commit("1:b,1")));

    [Fact]
    public void The_latest_change_of_the_cell_wins_whatever_came_later_elsewhere()
    {
        //  o -- t1 (name) ---------- t2 (age)
        //   \
        //    ---------- s1 (name)
        var o = _graph.Commit("1:o,1");
        var t1 = _graph.Commit("1:t,1", o);
        var s1 = _graph.Commit("1:s,1", o);
        var t2 = _graph.Commit("1:t,2", t1);
        Assert.Equal("1:s,2", _graph.TryMerge(s1, t2, "people.name=latest").People);
        var t3 = _graph.Commit("1:u,2", t2);
        Assert.Equal("1:u,2", _graph.TryMerge(s1, t3, "people.name=latest").People);
        Assert.Equal("1:u,2", _graph.TryMerge(t3, s1, "people.name=latest").People);
    }

    [Fact]
    public void A_sum_that_meets_its_own_cherry_pick_is_a_conflict()
    {
        //  o -- t1 (+1) -- t2 (a cell elsewhere)
        //   \
        //    s1 (picked from t1)
        var o = _graph.Commit("1:o,5");
        var t1 = _graph.Commit("1:o,6", o);
        var t2 = _graph.Commit("1:t,6", t1);
        var picked = _graph.Repeat("1:o,6", t1, o);
        var alike = _graph.Commit("1:o,6", o);
        Assert.Equal("1.age 5>6|6", MergeGraph.Conflicts(_graph.TryMerge(picked, t2, "people.age=delta").Outcome));
        Assert.Equal("1.age 5>6|6", MergeGraph.Conflicts(_graph.TryMerge(t2, picked, "people.age=delta").Outcome));
        Assert.Equal("1:t,7", _graph.TryMerge(alike, t2, "people.age=delta").People);

        // Two picks of one commit of a third branch are one change as well; a pick that touched another cell is none.
        var third = _graph.Commit("1:o,6", o);
        var (one, other) = (_graph.Repeat("1:o,6", third, o), _graph.Repeat("1:o,6", third, o));
        Assert.Equal("1.age 5>6|6", MergeGraph.Conflicts(_graph.TryMerge(one, other, "people.age=delta").Outcome));
        var elsewhere = _graph.Commit("1:o,6", _graph.Repeat("1:x,5", t1, o));
        Assert.Equal("1:o,7", _graph.TryMerge(elsewhere, alike, "people.age=delta").People);
    }

    [Fact]
    public void A_row_that_was_cherry_picked_is_one_row()
    {
        using var graph = new MergeGraph(allocatesKeys: true);
        var o = graph.Commit("1:o,1");
        var t = graph.Commit("1:o,1 2:n,1", o);
        var picked = graph.Repeat("1:o,1 2:n,1", t, o);
        Assert.Equal("1:o,1 2:n,1", graph.TryMerge(picked, t).People);
        Assert.Equal("2.age none>5|1", MergeGraph.Conflicts(graph.TryMerge(graph.Commit("1:o,1 2:n,5", picked), t).Outcome));
        var alike = graph.Commit("1:o,1 2:n,1", o);
        Assert.Equal("1:o,1 2:n,1 3:n,1", graph.TryMerge(alike, t).People);
    }
}
