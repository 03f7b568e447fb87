"use strict";(self.rspackChunksophnet_jupyter=self.rspackChunksophnet_jupyter||[]).push([[1],{24(t,e,r){var o=r(25),n=r.n(o),a=r(26),i=(r.n(a))()(n());i.push([t.id,`/* Lines of magics within cells of Python: the words as the theme colors them in a prompt. */

.jp-sophnet-prose {
  color: var(--jp-content-font-color1);
  font-style: normal;
  font-weight: normal;
}

.jp-sophnet-magic {
  color: var(--jp-mirror-editor-meta-color);
  font-weight: normal;
}

.jp-sophnet-option {
  color: var(--jp-mirror-editor-attribute-color);
  font-weight: normal;
}

.jp-sophnet-value {
  color: var(--jp-mirror-editor-string-color);
  font-weight: normal;
}

.jp-sophnet-field {
  color: var(--jp-mirror-editor-variable-2-color);
}
`,""]),r.d(e,{},{A:i})},27(t,e,r){var o=r(25),n=r.n(o),a=r(26),i=(r.n(a))()(n());i.push([t.id,`/* What stands beside a cell: the mark in the gutter, the button on its outputs. */

.jp-Cell-inputWrapper:has(> .jp-sophnet-mark),
.jp-Cell-outputWrapper:has(> .jp-sophnet-stop) {
  position: relative;
}

.jp-sophnet-mark {
  position: absolute;
  top: calc(var(--jp-code-font-size) * var(--jp-code-line-height) + 10px);
  left: var(--jp-cell-collapser-width);
  box-sizing: border-box;
  width: var(--jp-cell-prompt-width);
  padding-right: 4px;
  overflow: hidden;
  color: var(--jp-ui-font-color2);
  font-family: var(--jp-ui-font-family);
  font-size: 9px;
  line-height: 12px;
  text-align: right;
  text-overflow: ellipsis;
  white-space: nowrap;
  pointer-events: auto;
}

.jp-sophnet-mark[data-state="running"] {
  color: var(--jp-brand-color1);
}

.jp-sophnet-mark[data-state="failed"],
.jp-sophnet-mark[data-state="incomplete"] {
  color: var(--jp-error-color1);
}

.jp-sophnet-stop {
  position: absolute;
  z-index: 1;
  top: 4px;
  right: 8px;
  padding: 2px 10px;
  border: var(--jp-border-width) solid var(--jp-border-color1);
  border-radius: var(--jp-border-radius);
  background: var(--jp-layout-color2);
  color: var(--jp-ui-font-color1);
  font-family: var(--jp-ui-font-family);
  font-size: var(--jp-ui-font-size1);
  cursor: pointer;
}

.jp-sophnet-stop:hover,
.jp-sophnet-stop:focus-visible {
  border-color: var(--jp-brand-color1);
  background: var(--jp-layout-color3);
}

.jp-sophnet-stop:disabled {
  opacity: 0.5;
  cursor: default;
}

/* What is being said: drawn, and not in the text. */
.jp-sophnet-partial {
  color: var(--jp-ui-font-color2);
  font-style: italic;
}

[data-command="sophnet:dictate"][aria-pressed="true"] path[fill] {
  fill: var(--jp-error-color1);
}
`,""]),r.d(e,{},{A:i})},26(t){t.exports=function(t){var e=[];return e.toString=function(){return this.map(function(e){var r="",o=void 0!==e[5];return e[4]&&(r+="@supports (".concat(e[4],") {")),e[2]&&(r+="@media ".concat(e[2]," {")),o&&(r+="@layer".concat(e[5].length>0?" ".concat(e[5]):""," {")),r+=t(e),o&&(r+="}"),e[2]&&(r+="}"),e[4]&&(r+="}"),r}).join("")},e.i=function(t,r,o,n,a){"string"==typeof t&&(t=[[null,t,void 0]]);var i={};if(o)for(var s=0;s<this.length;s++){var p=this[s][0];null!=p&&(i[p]=!0)}for(var l=0;l<t.length;l++){var c=[].concat(t[l]);o&&i[c[0]]||(void 0!==a&&(void 0===c[5]||(c[1]="@layer".concat(c[5].length>0?" ".concat(c[5]):""," {").concat(c[1],"}")),c[5]=a),r&&(c[2]&&(c[1]="@media ".concat(c[2]," {").concat(c[1],"}")),c[2]=r),n&&(c[4]?(c[1]="@supports (".concat(c[4],") {").concat(c[1],"}"),c[4]=n):c[4]="".concat(n)),e.push(c))}},e}},25(t){t.exports=function(t){return t[1]}},18(t){var e=[];function r(t){for(var r=-1,o=0;o<e.length;o++)if(e[o].identifier===t){r=o;break}return r}function o(t,o){for(var n={},a=[],i=0;i<t.length;i++){var s=t[i],p=o.base?s[0]+o.base:s[0],l=n[p]||0,c="".concat(p," ").concat(l);n[p]=l+1;var u=r(c),d={css:s[1],media:s[2],sourceMap:s[3],supports:s[4],layer:s[5]};if(-1!==u)e[u].references++,e[u].updater(d);else{var f=function(t,e){var r=e.domAPI(e);return r.update(t),function(e){e?(e.css!==t.css||e.media!==t.media||e.sourceMap!==t.sourceMap||e.supports!==t.supports||e.layer!==t.layer)&&r.update(t=e):r.remove()}}(d,o);o.byIndex=i,e.splice(i,0,{identifier:c,updater:f,references:1})}a.push(c)}return a}t.exports=function(t,n){var a=o(t=t||[],n=n||{});return function(t){t=t||[];for(var i=0;i<a.length;i++){var s=r(a[i]);e[s].references--}for(var p=o(t,n),l=0;l<a.length;l++){var c=r(a[l]);0===e[c].references&&(e[c].updater(),e.splice(c,1))}a=p}}},20(t){var e={};t.exports=function(t,r){var o=function(t){if(void 0===e[t]){var r=document.querySelector(t);if(window.HTMLIFrameElement&&r instanceof window.HTMLIFrameElement)try{r=r.contentDocument.head}catch(t){r=null}e[t]=r}return e[t]}(t);if(!o)throw Error("Couldn't find a style target. This probably means that the value for the 'insert' parameter is invalid.");o.appendChild(r)}},22(t){t.exports=function(t){var e=document.createElement("style");return t.setAttributes(e,t.attributes),t.insert(e,t.options),e}},21(t,e,r){t.exports=function(t){var e=r.nc;e&&t.setAttribute("nonce",e)}},19(t){t.exports=function(t){if("u"<typeof document)return{update:function(){},remove:function(){}};var e=t.insertStyleElement(t);return{update:function(r){var o,n,a;o="",r.supports&&(o+="@supports (".concat(r.supports,") {")),r.media&&(o+="@media ".concat(r.media," {")),(n=void 0!==r.layer)&&(o+="@layer".concat(r.layer.length>0?" ".concat(r.layer):""," {")),o+=r.css,n&&(o+="}"),r.media&&(o+="}"),r.supports&&(o+="}"),(a=r.sourceMap)&&"u">typeof btoa&&(o+="\n/*# sourceMappingURL=data:application/json;base64,".concat(btoa(unescape(encodeURIComponent(JSON.stringify(a))))," */")),t.styleTagTransform(o,e,t.options)},remove:function(){var t;null===(t=e).parentNode||t.parentNode.removeChild(t)}}}},23(t){t.exports=function(t,e){if(e.styleSheet)e.styleSheet.cssText=t;else{for(;e.firstChild;)e.removeChild(e.firstChild);e.appendChild(document.createTextNode(t))}}},17(t,e,r){var o=r(18),n=r.n(o),a=r(19),i=r.n(a),s=r(20),p=r.n(s),l=r(21),c=r.n(l),u=r(22),d=r.n(u),f=r(23),h=r.n(f),v=r(24),m={};m.styleTagTransform=h(),m.setAttributes=c(),m.insert=p().bind(null,"head"),m.domAPI=i(),m.insertStyleElement=d(),n()(v.A,m),v.A&&v.A.locals&&v.A.locals;var j=r(27),y={};y.styleTagTransform=h(),y.setAttributes=c(),y.insert=p().bind(null,"head"),y.domAPI=i(),y.insertStyleElement=d(),n()(j.A,y),j.A&&j.A.locals&&j.A.locals}}]);