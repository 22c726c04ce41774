# bash completion for simtool. It needs no other package.

_simtool_words() {
    # bash takes words apart at ":" and "=" as well: what no blank divides is one word.
    local rest=${COMP_LINE:0:COMP_POINT} trimmed word i
    words=() last=-1
    for ((i = 0; i <= COMP_CWORD; i++)); do
        trimmed=${rest#"${rest%%[![:space:]]*}"}
        word=${COMP_WORDS[i]}
        ((i == COMP_CWORD)) && word=$trimmed # up to the cursor
        if ((last < 0)) || [[ $trimmed != "$rest" ]]; then
            last=$((last + 1))
            words[last]=
        fi
        words[last]+=$word
        rest=${trimmed#"$word"}
    done
}

_simtool() {
    local -a words
    local last i out directive candidate line cur known=
    _simtool_words
    for ((i = 0; i <= last; i++)); do
        words[i]=${words[i]//[\"\'\\]/}
    done
    words[0]=${words[0]/#\~/$HOME}
    cur=${words[last]}
    COMPREPLY=()
    out=$("${words[0]}" __complete "${words[@]:1}" 2>/dev/null) || return 0
    directive=${out##*:}
    out=${out%:*}
    ((directive & 1)) && return 0        # an error
    [[ $cur == --*=* ]] && cur=${cur#*=} # what comes are values alone

    local -a found=() described=()
    while IFS= read -r line; do
        [[ -n $line ]] || continue
        candidate=${line%%$'\t'*}
        ((directive & 8)) || [[ $candidate == "$cur"* ]] || continue
        found+=("$candidate")
        [[ $line == *$'\t'* ]] && candidate+="  (${line#*$'\t'})"
        described+=("$candidate")
    done <<<"$out"

    if ((directive & 8)); then # they are suffixes of files
        known=" ${found[*]} "
        found=() described=()
    fi
    if ((${#found[@]} == 0)) && ! ((directive & 4)); then
        local kind=-f
        ((directive & 16)) && kind=-d
        while IFS= read -r candidate; do
            if [[ -n $known && ! -d $candidate && $known != *" ${candidate##*.} "* ]]; then
                continue
            fi
            found+=("$candidate")
        done < <(compgen "$kind" -- "$cur")
        described=()
        type compopt &>/dev/null && compopt -o filenames
    elif ((directive & 2)); then
        type compopt &>/dev/null && compopt -o nospace
    fi

    # readline replaces what stands behind the last character that breaks words.
    local tail=${cur##*["$COMP_WORDBREAKS"]}
    local before=${cur%"$tail"}
    for ((i = 0; i < ${#found[@]}; i++)); do
        candidate=${found[i]}
        # Meanings are shown in a list of several, never inserted.
        if ((${#found[@]} > 1 && ${#described[@]} > 0)) && [[ $COMP_TYPE == 63 ]]; then
            candidate=${described[i]:0:${COLUMNS:-80}}
        fi
        COMPREPLY+=("${candidate#"$before"}")
    done
}

complete -F _simtool simtool
