namespace DbVc.Live;

/// <summary>The moments between which a process may die; tests stop one at each of them.</summary>
public enum PublishStep
{
    /// <summary>What is to be done is known; nothing is written yet.</summary>
    Planned,

    /// <summary>The intent is durable; the database is untouched.</summary>
    IntentWritten,

    /// <summary>The database's transaction holds the whole change; it is not committed.</summary>
    Applied,

    /// <summary>The database is at the new commit; the ref is not.</summary>
    LiveCommitted,

    /// <summary>All is done but what people read beside the repository.</summary>
    RefMoved,

    /// <summary>Init only: the control folder is whole, but not in its place.</summary>
    Drafted,

    /// <summary>Init only: the control folder is in its place; the database is untouched.</summary>
    Placed,

    /// <summary>Branches only: a new branch is recorded; its instance is not there.</summary>
    BranchRecorded,

    /// <summary>Branches only: an instance that lacks tables has its rows and its state; that it was begun is still written down.</summary>
    InstanceFilled,

    /// <summary>Branches only: the new branch's instance is whole and in its place.</summary>
    InstanceMade,

    /// <summary>Branches only: a branch is gone from the record; its instance is still there.</summary>
    BranchForgotten,

    /// <summary>Branches only: the instance of a deleted branch is gone; its folder is still there.</summary>
    InstanceDropped,
}
